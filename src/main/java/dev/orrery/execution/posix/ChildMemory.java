package dev.orrery.execution.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * What watching a child needs of the system: memory and an event to be woken by. One child after
 * another uses it, each in one thread; a late wake-up of an earlier one does no harm to the next.
 */
final class ChildMemory {

    static final int POLLED = 4;

    /** Bytes of a {@code struct pollfd { int fd; short events; short revents; }}. */
    static final int POLLFD_BYTES = 8;

    private static final int BUFFER_BYTES = 64 * 1024;

    private final Libc libc;
    private final MemorySegment poll;
    private final MemorySegment buffer;
    private final int wake;

    private ChildMemory(Libc libc, int wake) {
        Arena arena = Arena.ofAuto();
        this.libc = libc;
        this.wake = wake;
        this.poll = arena.allocate(POLLED * POLLFD_BYTES, 8);
        this.buffer = arena.allocate(BUFFER_BYTES, 8);
    }

    Libc libc() {
        return libc;
    }

    MemorySegment poll() {
        return poll;
    }

    MemorySegment buffer() {
        return buffer;
    }

    /** The descriptor of the event. */
    int wake() {
        return wake;
    }

    /** Those that no child uses: as many as there were children at once, and so few. */
    static final class Pool {

        private final ConcurrentLinkedDeque<ChildMemory> free = new ConcurrentLinkedDeque<>();

        /**
         * One for a child.
         *
         * @throws IllegalStateException when there are too many open files
         */
        ChildMemory take() {
            ChildMemory used = free.pollFirst();
            if (used != null) {
                return used;
            }
            Libc libc = Libc.shared();
            int wake = libc.eventfd();
            if (wake < 0) {
                throw new IllegalStateException("no event: errno " + -wake);
            }
            return new ChildMemory(libc, wake);
        }

        void giveBack(ChildMemory memory) {
            free.addFirst(memory);
        }

        /** Closes those that no child uses. */
        void close() {
            for (ChildMemory each = free.poll(); each != null; each = free.poll()) {
                each.libc.close(each.wake);
            }
        }
    }
}
