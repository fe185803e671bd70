package dev.orrery.execution.posix;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * The C library, as far as processes need it, for one thread at a time.
 *
 * <p>A method is one call. Where the call sets {@code errno}, a failure is returned as its
 * negative.
 */
final class Libc implements AutoCloseable {

    static final int EINTR = 4;
    static final int ENOENT = 2;
    static final int E2BIG = 7;
    static final int ENOEXEC = 8;
    static final int EACCES = 13;
    static final int ELOOP = 40;
    static final int ENAMETOOLONG = 36;
    static final int ENOTDIR = 20;
    static final int ETXTBSY = 26;

    static final int O_CLOEXEC = 0x80000;
    static final int WNOHANG = 1;
    static final short POLLIN = 1;
    static final int RLIMIT_AS = 9;
    static final int RLIMIT_LOCKS = 10;

    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int RUSAGE_BYTES = 144;

    /* Of a process number: its clock of time used, as the kernel numbers clocks. */
    private static final int CPUCLOCK_SCHED = 2;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

    private static final MethodHandle PIPE2 = withErrno("pipe2", INT, POINTER, INT);
    private static final MethodHandle POLL = withErrno("poll", INT, POINTER, LONG, INT);
    private static final MethodHandle READ = withErrno("read", LONG, INT, POINTER, LONG);
    private static final MethodHandle WRITE = withErrno("write", LONG, INT, POINTER, LONG);
    private static final MethodHandle LSEEK = withErrno("lseek", LONG, INT, LONG, INT);
    private static final MethodHandle CLOSE = withErrno("close", INT, INT);
    private static final MethodHandle KILL = withErrno("kill", INT, INT, INT);
    private static final MethodHandle WAIT4 = withErrno("wait4", INT, INT, POINTER, INT, POINTER);
    private static final MethodHandle PRLIMIT =
            withErrno("prlimit", INT, INT, INT, POINTER, POINTER);
    private static final MethodHandle PIDFD_OPEN = withErrno("pidfd_open", INT, INT, INT);
    private static final MethodHandle EVENTFD = withErrno("eventfd", INT, INT, INT);
    private static final MethodHandle MEMFD_CREATE = withErrno("memfd_create", INT, POINTER, INT);
    private static final MethodHandle CLOCK_GETTIME = withErrno("clock_gettime", INT, INT, POINTER);
    private static final MethodHandle PRCTL = variadic("prctl", INT, INT, LONG, LONG, LONG, LONG);

    private final Arena arena;
    private final boolean isOwner;
    private final MemorySegment errno;
    private final MemorySegment scratch;

    /** For the calling thread only, until it is closed. */
    Libc() {
        this(Arena.ofConfined(), true);
    }

    private Libc(Arena arena, boolean isOwner) {
        this.arena = arena;
        this.isOwner = isOwner;
        this.errno = arena.allocate(Linker.Option.captureStateLayout());
        this.scratch = arena.allocate(RUSAGE_BYTES + 2L * Long.BYTES, 8);
    }

    /** For one thread after another; the garbage collector frees it. */
    static Libc shared() {
        return new Libc(Arena.ofAuto(), false);
    }

    /** Whether this system has every call that is used here and in {@link SpawnCalls}. */
    static boolean isComplete() {
        return System.getProperty("os.name", "").equals("Linux")
                && POINTER.byteSize() == Long.BYTES
                && List.of(
                                "pidfd_open",
                                "memfd_create",
                                "eventfd",
                                "prlimit",
                                "wait4",
                                "clock_gettime")
                        .stream()
                        .allMatch(Libc::has)
                && SpawnCalls.NAMES.stream().allMatch(Libc::has);
    }

    private static boolean has(String name) {
        return LINKER.defaultLookup().find(name).isPresent();
    }

    /** Two descriptors, to read from and to write to, that no started program inherits. */
    int[] pipe() {
        int result;
        try {
            result = failure((int) PIPE2.invokeExact(errno, scratch, O_CLOEXEC));
        } catch (Throwable e) {
            throw unexpected(e);
        }
        if (result < 0) {
            throw new IllegalStateException("no pipe: errno " + -result);
        }
        return new int[] {scratch.get(INT, 0), scratch.get(INT, 4)};
    }

    int poll(MemorySegment descriptors, int count, int timeoutMillis) {
        try {
            return failure((int) POLL.invokeExact(errno, descriptors, (long) count, timeoutMillis));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    long read(int descriptor, MemorySegment into) {
        try {
            long count = (long) READ.invokeExact(errno, descriptor, into, into.byteSize());
            return count < 0 ? -errno() : count;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    long write(int descriptor, MemorySegment from) {
        try {
            long count = (long) WRITE.invokeExact(errno, descriptor, from, from.byteSize());
            return count < 0 ? -errno() : count;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sets the place of a file from which the next read takes, counted from its beginning. */
    void rewind(int descriptor) {
        try {
            long _ = (long) LSEEK.invokeExact(errno, descriptor, 0L, 0);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void close(int descriptor) {
        try {
            int _ = (int) CLOSE.invokeExact(errno, descriptor);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Signals a process, or with a negative number the process group. */
    int kill(int pid, int signal) {
        try {
            return failure((int) KILL.invokeExact(errno, pid, signal));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** What {@code wait4} tells of one child. */
    record Waited(int pid, int status, long userMicros, long systemMicros) {}

    /** Waits for this very child; its number is 0 when it has not ended, negative on failure. */
    Waited wait4(int pid, int options) {
        MemorySegment usage = scratch.asSlice(16, RUSAGE_BYTES);
        int result;
        do {
            try {
                result =
                        failure(
                                (int)
                                        WAIT4.invokeExact(
                                                errno, pid, scratch.asSlice(0, 4), options, usage));
            } catch (Throwable e) {
                throw unexpected(e);
            }
        } while (result == -EINTR);
        return new Waited(
                result,
                scratch.get(INT, 0),
                usage.get(LONG, 0) * 1_000_000 + usage.get(LONG, 8),
                usage.get(LONG, 16) * 1_000_000 + usage.get(LONG, 24));
    }

    /** Sets both the soft and the hard limit of another process. */
    int limit(int pid, int resource, long value) {
        return setLimit(pid, resource, value, value);
    }

    /** Sets the soft limit of this process, which its children inherit; returns what it was. */
    long limitOwn(int resource, long value) {
        try {
            int result =
                    failure(
                            (int)
                                    PRLIMIT.invokeExact(
                                            errno, 0, resource, MemorySegment.NULL, scratch));
            if (result < 0) {
                throw new IllegalStateException("a limit cannot be read: errno " + -result);
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
        long soft = scratch.get(LONG, 0);
        int _ = setLimit(0, resource, value, scratch.get(LONG, 8));
        return soft;
    }

    private int setLimit(int pid, int resource, long soft, long hard) {
        scratch.set(LONG, 0, soft);
        scratch.set(LONG, 8, hard);
        try {
            return failure(
                    (int) PRLIMIT.invokeExact(errno, pid, resource, scratch, MemorySegment.NULL));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int pidfd(int pid) {
        try {
            return failure((int) PIDFD_OPEN.invokeExact(errno, pid, 0));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The time that a process has had of the cpus so far, in nanoseconds; negative on failure. */
    long cpuNanos(int pid) {
        try {
            int result =
                    (int) CLOCK_GETTIME.invokeExact(errno, (~pid << 3) | CPUCLOCK_SCHED, scratch);
            return result < 0
                    ? -errno()
                    : scratch.get(LONG, 0) * 1_000_000_000 + scratch.get(LONG, Long.BYTES);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int eventfd() {
        try {
            return failure((int) EVENTFD.invokeExact(errno, 0, O_CLOEXEC));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A file in memory, without a name. */
    int memoryFile() {
        try (Arena name = Arena.ofConfined()) {
            return failure((int) MEMFD_CREATE.invokeExact(errno, name.allocateFrom("stdin"), 1));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Makes this process the parent of every orphan among its descendants. */
    int adoptOrphans() {
        try {
            return failure((int) PRCTL.invokeExact(errno, PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int failure(int result) {
        return result < 0 ? -errno() : result;
    }

    private int errno() {
        return (int) ERRNO_VALUE.get(errno, 0L);
    }

    @Override
    public void close() {
        if (isOwner) {
            arena.close();
        }
    }

    private static MethodHandle withErrno(
            String name, ValueLayout result, ValueLayout... arguments) {
        return handle(name, FunctionDescriptor.of(result, arguments), ERRNO);
    }

    private static MethodHandle variadic(
            String name, ValueLayout result, ValueLayout... arguments) {
        return handle(
                name,
                FunctionDescriptor.of(result, arguments),
                ERRNO,
                Linker.Option.firstVariadicArg(1));
    }

    @SuppressWarnings("restricted") // the manifest grants native access
    static MethodHandle handle(
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }

    static IllegalStateException unexpected(Throwable cause) {
        return new IllegalStateException("a native call failed in the virtual machine", cause);
    }
}
