package dev.orrery.execution.posix;

import dev.orrery.model.Outcome;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** A child whose streams, end and wake-ups are awaited together by {@code poll}. */
final class NativeChild implements Child {

    private static final int OUT = 0;
    private static final int ERR = 1;
    private static final int EXIT = 2;
    private static final int WAKE = 3;

    private static final int POLLFD_BYTES = ChildMemory.POLLFD_BYTES;
    private static final int REVENTS_OFFSET = 6;
    private static final int CLOSED = -1;

    private final Libc libc;
    private final int pid;
    private final Sink[] sinks;
    private final MemorySegment poll;
    private final MemorySegment buffer;
    private final Runnable giveBack;
    private final Object wakeLock = new Object();
    private int wake;
    private boolean exited;

    /**
     * Takes over the descriptors, and the memory until it is given back.
     *
     * @param descriptors of stdout, stderr, and the process itself
     */
    NativeChild(
            ChildMemory memory,
            Runnable giveBack,
            int pid,
            int[] descriptors,
            Sink stdout,
            Sink stderr) {
        this.libc = memory.libc();
        this.poll = memory.poll();
        this.buffer = memory.buffer();
        this.wake = memory.wake();
        this.giveBack = giveBack;
        this.pid = pid;
        this.sinks = new Sink[] {stdout, stderr};
        watch(OUT, descriptors[OUT]);
        watch(ERR, descriptors[ERR]);
        watch(EXIT, descriptors[EXIT]);
        watch(WAKE, wake);
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public void await(long timeoutMillis) {
        int timeout = Math.clamp(timeoutMillis, 0, Integer.MAX_VALUE);
        if (libc.poll(poll, ChildMemory.POLLED, timeout) <= 0) {
            return;
        }
        read(OUT);
        read(ERR);
        if (isReady(EXIT)) {
            exited = true;
            forget(EXIT);
        }
        if (isReady(WAKE)) {
            libc.read(wake, buffer.asSlice(0, Long.BYTES));
        }
    }

    private void read(int stream) {
        if (!isReady(stream)) {
            return;
        }
        long count = libc.read(descriptor(stream), buffer);
        if (count > 0) {
            sinks[stream].accept(buffer.asSlice(0, count).asByteBuffer());
        } else if (count != -Libc.EINTR) {
            forget(stream);
        }
    }

    @Override
    public void wake() {
        synchronized (wakeLock) {
            if (wake == CLOSED) {
                return;
            }
            try (Libc here = new Libc();
                    Arena one = Arena.ofConfined()) {
                here.write(wake, one.allocateFrom(ValueLayout.JAVA_LONG, 1L));
            }
        }
    }

    @Override
    public boolean hasExited() {
        return exited;
    }

    @Override
    public boolean outputEnded() {
        return descriptor(OUT) == CLOSED && descriptor(ERR) == CLOSED;
    }

    @Override
    public Exit reap() {
        Libc.Waited waited = libc.wait4(pid, 0);
        if (waited.pid() != pid) {
            throw new IllegalStateException("somebody else waited for our child " + pid);
        }
        int signal = waited.status() & 0x7f;
        Outcome outcome =
                signal == 0
                        ? new Outcome.Exited((waited.status() >> 8) & 0xff)
                        : new Outcome.Signalled(signal);
        return new Exit(
                outcome,
                Duration.of(waited.userMicros(), ChronoUnit.MICROS),
                Duration.of(waited.systemMicros(), ChronoUnit.MICROS));
    }

    @Override
    public void close() {
        forget(OUT);
        forget(ERR);
        forget(EXIT);
        synchronized (wakeLock) {
            wake = CLOSED;
        }
        giveBack.run();
    }

    private void watch(int index, int descriptor) {
        poll.set(ValueLayout.JAVA_INT, (long) index * POLLFD_BYTES, descriptor);
        poll.set(ValueLayout.JAVA_SHORT, (long) index * POLLFD_BYTES + 4, Libc.POLLIN);
    }

    private void forget(int index) {
        int descriptor = descriptor(index);
        if (descriptor >= 0) {
            libc.close(descriptor);
        }
        watch(index, CLOSED);
        poll.set(ValueLayout.JAVA_SHORT, (long) index * POLLFD_BYTES + REVENTS_OFFSET, (short) 0);
    }

    private int descriptor(int index) {
        return poll.get(ValueLayout.JAVA_INT, (long) index * POLLFD_BYTES);
    }

    private boolean isReady(int index) {
        return poll.get(ValueLayout.JAVA_SHORT, (long) index * POLLFD_BYTES + REVENTS_OFFSET) != 0;
    }
}
