package dev.orrery.cli.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of an answer, which break off with an exception when fewer come than were announced:
 * the JDK's client takes a connection that ends too early for the end of the answer.
 */
public final class WholeAnswer extends FilterInputStream {

    private final long announcedBytes;
    private long readBytes;

    /** The end of an answer before its end, which another server may not have. */
    public static final class BrokenOff extends IOException {

        private static final long serialVersionUID = 1L;

        BrokenOff(String message) {
            super(message);
        }

        private BrokenOff(IOException cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }
    }

    /**
     * Checks the bytes of the stream.
     *
     * @param announcedBytes negative when nothing was announced
     */
    WholeAnswer(InputStream bytes, long announcedBytes) {
        super(bytes);
        this.announcedBytes = announcedBytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int read;
        try {
            read = in.read(target, offset, length);
        } catch (IOException e) {
            throw new BrokenOff(e);
        }
        if (read > 0) {
            readBytes += read;
        } else if (read < 0 && readBytes < announcedBytes) {
            throw new BrokenOff(
                    "the answer broke off after " + readBytes + " of " + announcedBytes + " bytes");
        }
        return read;
    }

    /** Nothing is skipped, as what is skipped is not counted. */
    @Override
    public long skip(long count) {
        return 0;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
