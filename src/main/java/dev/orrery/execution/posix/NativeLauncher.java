package dev.orrery.execution.posix;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Starts programs by {@code posix_spawn}.
 *
 * <p>A file without an interpreter line is run by {@code /bin/sh}, as shells do; so is an empty
 * one, which succeeds. An interpreter line that ends in CR LF is refused, with that cause. A file
 * that another thread's new process still holds open for writing (ETXTBSY) is tried again.
 */
final class NativeLauncher implements Launcher {

    /** The limits of a process are one for the whole of it, whoever uses them in it. */
    private static final ReentrantLock OWN_LIMITS = new ReentrantLock();

    /** With less time on a cpu no shell is loaded and has forked; exec alone takes about half. */
    private static final long LATE_CPU_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final int BUSY_TRIES_MAX = 200;
    private static final long BUSY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int HEAD_BYTES = 256;

    private final Signals signals = new Signals.Native();
    private final ChildMemory.Pool memories = new ChildMemory.Pool();

    @Override
    public Signals signals() {
        return signals;
    }

    @Override
    public void adoptOrphans() {
        try (Libc libc = new Libc()) {
            int result = libc.adoptOrphans();
            if (result < 0) {
                throw new IllegalStateException("prctl refused: errno " + -result);
            }
        }
    }

    @Override
    public void close() {
        memories.close();
    }

    @Override
    public Result launch(Launch launch, Child.Sink stdout, Child.Sink stderr) {
        if (launch.holdsNul()) {
            return new Result.Refused("an argument or a variable holds the byte 0");
        }
        ChildMemory memory;
        Pipes pipes;
        try {
            memory = memories.take();
            pipes = openPipes(memory, launch);
        } catch (IllegalStateException e) {
            return new Result.Failed(e.getMessage() + " (too many open files?)");
        }
        Libc libc = memory.libc();
        boolean entered = launch.group().enter();
        boolean isHome;
        int pid;
        try {
            pid = spawn(memory, launch, pipes.descriptors());
        } finally {
            isHome = !entered || launch.group().leave();
        }
        pipes.closeTheirs(libc);
        if (pid < 0) {
            pipes.closeOurs(libc);
            memories.giveBack(memory);
            return explain(launch, -pid);
        }
        if (!isHome) {
            abandon(memory, pipes, pid);
            return new Result.Failed("a thread cannot leave its control group");
        }
        boolean isLate = mark(libc, pid, launch, entered);
        if (launch.addressSpaceBytesMax() > 0) {
            libc.limit(pid, Libc.RLIMIT_AS, launch.addressSpaceBytesMax());
        }
        int end = libc.pidfd(pid);
        if (end < 0) {
            abandon(memory, pipes, pid);
            return new Result.Failed("too many open files");
        }
        int[] descriptors = {pipes.out().read(), pipes.err().read(), end};
        Runnable giveBack = () -> memories.giveBack(memory);
        return new Result.Started(
                new NativeChild(memory, giveBack, pid, descriptors, stdout, stderr), isLate);
    }

    private Pipes openPipes(ChildMemory memory, Launch launch) {
        try {
            return Pipes.open(memory.libc(), launch);
        } catch (IllegalStateException e) {
            memories.giveBack(memory);
            throw e;
        }
    }

    /** A program that cannot be watched is not left to run. */
    private void abandon(ChildMemory memory, Pipes pipes, int pid) {
        Libc libc = memory.libc();
        libc.kill(-pid, Signals.KILL);
        libc.wait4(pid, 0);
        pipes.closeOurs(libc);
        memories.giveBack(memory);
    }

    /**
     * Gives the program its tag, and brings it into its group unless it was born there; says
     * whether it may have started others before.
     */
    private static boolean mark(Libc libc, int pid, Launch launch, boolean isInside) {
        if (launch.group() == ControlGroup.NONE) {
            return false;
        }
        if (!isInside) {
            launch.group().join(pid);
        }
        libc.limit(pid, Libc.RLIMIT_LOCKS, launch.identity().tag());
        if (isInside) {
            return false;
        }
        long used = libc.cpuNanos(pid);
        return used < 0 || used > LATE_CPU_NANOS;
    }

    private static int spawn(
            ChildMemory memory, Launch launch, SpawnCalls.Descriptors descriptors) {
        int pid = spawnOnce(memory, launch, descriptors);
        for (int i = 0; pid == -Libc.ETXTBSY && i < BUSY_TRIES_MAX; i++) {
            LockSupport.parkNanos(BUSY_PAUSE_NANOS);
            pid = spawnOnce(memory, launch, descriptors);
        }
        if (pid == -Libc.ENOEXEC && isText(head(launch))) {
            return spawnOnce(memory, launch.byShell(), descriptors);
        }
        return pid;
    }

    /**
     * A group tells who belongs, and its member gets the tag when it joins. Without one the tag
     * must be there from the first moment: a child is born with the limits of its parent, which are
     * one for all of its threads, so that these wait for each other.
     */
    private static int spawnOnce(
            ChildMemory memory, Launch launch, SpawnCalls.Descriptors descriptors) {
        return launch.group() == ControlGroup.NONE
                ? spawnTagged(memory, launch, descriptors)
                : SpawnCalls.spawn(launch, descriptors, memory.buffer());
    }

    private static int spawnTagged(
            ChildMemory memory, Launch launch, SpawnCalls.Descriptors descriptors) {
        Libc libc = memory.libc();
        OWN_LIMITS.lock();
        try {
            long before = libc.limitOwn(Libc.RLIMIT_LOCKS, launch.identity().tag());
            try {
                return SpawnCalls.spawn(launch, descriptors, memory.buffer());
            } finally {
                libc.limitOwn(Libc.RLIMIT_LOCKS, before);
            }
        } finally {
            OWN_LIMITS.unlock();
        }
    }

    /**
     * The kernel's number says little: ENOENT may be the directory, the file, or its interpreter.
     */
    private static Result explain(Launch launch, int error) {
        if (!Files.isDirectory(launch.directory())) {
            return new Result.Failed("the workspace is gone: " + launch.directory());
        }
        String program = launch.program();
        return switch (error) {
            case Libc.ENOENT, Libc.ENOTDIR -> new Result.Refused(missing(launch));
            case Libc.EACCES -> new Result.Refused("permission denied: " + program);
            case Libc.ENOEXEC ->
                    new Result.Refused("not a program that this machine can run: " + program);
            case Libc.E2BIG -> new Result.Refused("arguments and environment are too long");
            case Libc.ELOOP, Libc.ENAMETOOLONG ->
                    new Result.Refused("the path of the program is unusable: " + program);
            case Libc.ETXTBSY -> new Result.Refused("the program is open for writing: " + program);
            default -> new Result.Failed("posix_spawn of " + program + ": errno " + error);
        };
    }

    private static String missing(Launch launch) {
        String head = new String(head(launch), StandardCharsets.UTF_8);
        if (!Files.exists(file(launch))) {
            return "no such program: " + launch.program();
        }
        if (!head.startsWith("#!")) {
            return "the loader that the program names is missing: " + launch.program();
        }
        String line = head.substring(2).split("\n", 2)[0];
        if (line.endsWith("\r")) {
            return "the interpreter line ends in CR LF; save the file with LF line ends";
        }
        return "no such interpreter: " + line.strip().split("\\s+", 2)[0];
    }

    private static Path file(Launch launch) {
        return launch.directory().resolve(launch.program());
    }

    private static byte[] head(Launch launch) {
        try (InputStream in = Files.newInputStream(file(launch))) {
            return in.readNBytes(HEAD_BYTES);
        } catch (NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            return new byte[] {0};
        }
    }

    private static boolean isText(byte[] head) {
        for (byte b : head) {
            if (b == '\n') {
                return true;
            }
            if (b == 0) {
                return false;
            }
        }
        return true;
    }

    /** The ends of the pipes, and the file that holds what the program reads. */
    private record Pipes(int in, Pipe out, Pipe err) {

        /** Both ends of one. */
        private record Pipe(int read, int write) {}

        static Pipes open(Libc libc, Launch launch) {
            Pipe out = pipe(libc);
            Pipe err;
            try {
                err = pipe(libc);
            } catch (IllegalStateException e) {
                close(libc, out.read(), out.write());
                throw e;
            }
            try {
                return new Pipes(stdin(libc, launch), out, err);
            } catch (IllegalStateException e) {
                close(libc, out.read(), out.write(), err.read(), err.write());
                throw e;
            }
        }

        private static Pipe pipe(Libc libc) {
            int[] ends = libc.pipe();
            return new Pipe(ends[0], ends[1]);
        }

        private static int stdin(Libc libc, Launch launch) {
            if (launch.stdin().size() == 0) {
                return -1;
            }
            int file = libc.memoryFile();
            if (file < 0) {
                throw new IllegalStateException("no file in memory: errno " + -file);
            }
            try (Arena arena = Arena.ofConfined()) {
                byte[] bytes = launch.stdin().toArray();
                MemorySegment rest = arena.allocate(bytes.length);
                MemorySegment.copy(MemorySegment.ofArray(bytes), 0, rest, 0, bytes.length);
                while (rest.byteSize() > 0) {
                    long count = libc.write(file, rest);
                    if (count <= 0) {
                        close(libc, file);
                        throw new IllegalStateException("stdin not written: errno " + -count);
                    }
                    rest = rest.asSlice(count);
                }
            }
            libc.rewind(file);
            return file;
        }

        SpawnCalls.Descriptors descriptors() {
            return new SpawnCalls.Descriptors(in, out.write(), err.write());
        }

        void closeTheirs(Libc libc) {
            close(libc, out.write(), err.write());
            if (in >= 0) {
                close(libc, in);
            }
        }

        void closeOurs(Libc libc) {
            close(libc, out.read(), err.read());
        }

        private static void close(Libc libc, int... descriptors) {
            for (int descriptor : descriptors) {
                libc.close(descriptor);
            }
        }
    }
}
