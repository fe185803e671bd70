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
    private static final int COUNT = 4;

    /* struct pollfd { int fd; short events; short revents; } */
    private static final int POLLFD_BYTES = 8;
    private static final int REVENTS_OFFSET = 6;
    private static final int CLOSED = -1;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Libc libc;
    private final int pid;
    private final Sink[] sinks;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment poll = arena.allocate(COUNT * POLLFD_BYTES, 8);
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
    private final Object wakeLock = new Object();
    private int wake;
    private boolean exited;

    /**
     * Takes over the descriptors, and the library for the calling thread.
     *
     * @param descriptors of stdout, stderr, the process itself, and what wakes its watcher
     */
    NativeChild(Libc libc, int pid, int[] descriptors, Sink stdout, Sink stderr) {
        this.libc = libc;
        this.pid = pid;
        this.sinks = new Sink[] {stdout, stderr};
        this.wake = descriptors[WAKE];
        for (int i = 0; i < COUNT; i++) {
            watch(i, descriptors[i]);
        }
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public void await(long timeoutMillis) {
        int timeout = Math.clamp(timeoutMillis, 0, Integer.MAX_VALUE);
        if (libc.poll(poll, COUNT, timeout) <= 0) {
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
            forget(WAKE);
            wake = CLOSED;
        }
        arena.close();
        libc.close();
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
