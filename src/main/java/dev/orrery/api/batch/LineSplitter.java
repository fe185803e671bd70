package dev.orrery.api.batch;

import java.util.Arrays;

/**
 * Cuts bytes that come in pieces into lines, whatever the pieces. Blank lines count and are left
 * out; of a line that is too long nothing is kept.
 */
final class LineSplitter {
    private final int bytesMax;
    private final Sink sink;
    private byte[] begun = new byte[0];
    private int length;
    private boolean tooLong;
    private long number = 1;

    /** Takes lines. */
    interface Sink {
        /** A line without its end; the first one is number 1. */
        void line(long number, byte[] bytes) throws InterruptedException;

        /** A line that is longer than the bound. */
        void tooLong(long number) throws InterruptedException;
    }

    LineSplitter(int bytesMax, Sink sink) {
        this.bytesMax = bytesMax;
        this.sink = sink;
    }

    /** Takes the next bytes, from a place to another. */
    void take(byte[] bytes, int from, int to) throws InterruptedException {
        int start = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                if (length == 0 && !tooLong && i - start <= bytesMax) {
                    give(bytes, start, i);
                } else {
                    keep(bytes, start, i);
                    end();
                }
                number++;
                start = i + 1;
            }
        }
        keep(bytes, start, to);
    }

    /** Nothing follows: what was begun is the last line. */
    void end() throws InterruptedException {
        if (tooLong) {
            sink.tooLong(number);
        } else {
            give(begun, 0, length);
        }
        tooLong = false;
        length = 0;
    }

    private void keep(byte[] bytes, int from, int to) {
        int more = to - from;
        if (tooLong || length + more > bytesMax) {
            tooLong = true;
            begun = new byte[0];
            length = 0;
            return;
        }
        if (length + more > begun.length) {
            begun = Arrays.copyOf(begun, Math.min(bytesMax, 2 * (length + more)));
        }
        System.arraycopy(bytes, from, begun, length, more);
        length += more;
    }

    private void give(byte[] bytes, int from, int to) throws InterruptedException {
        int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
        for (int i = from; i < end; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                sink.line(number, Arrays.copyOfRange(bytes, from, end));
                return;
            }
        }
    }
}
