package dev.orrery.execution.posix;

/** How processes are signalled and buried. */
public interface Signals {

    /** SIGKILL. */
    int KILL = 9;

    /** SIGCONT. */
    int CONT = 18;

    /** SIGSTOP. */
    int STOP = 19;

    /** SIGTERM. */
    int TERM = 15;

    /** To one process; nothing happens when it is gone. */
    void send(long pid, int signal);

    /** To the process group of a session's first process. */
    void sendGroup(long pid, int signal);

    /** Buries an ended child that was adopted; nothing happens when it is not ours or lives. */
    void bury(long pid);

    /** By the calls of the kernel. */
    final class Native implements Signals {
        @Override
        public void send(long pid, int signal) {
            try (Libc libc = new Libc()) {
                libc.kill((int) pid, signal);
            }
        }

        @Override
        public void sendGroup(long pid, int signal) {
            try (Libc libc = new Libc()) {
                libc.kill((int) -pid, signal);
            }
        }

        @Override
        public void bury(long pid) {
            try (Libc libc = new Libc()) {
                libc.wait4((int) pid, Libc.WNOHANG);
            }
        }
    }

    /** By the Java library, which knows TERM and KILL and no groups. */
    final class Portable implements Signals {
        @Override
        public void send(long pid, int signal) {
            if (signal != KILL && signal != TERM) {
                return;
            }
            ProcessHandle.of(pid)
                    .ifPresent(process -> {
                        boolean _ = signal == KILL ? process.destroyForcibly() : process.destroy();
                    });
        }

        @Override
        public void sendGroup(long pid, int signal) {
            send(pid, signal);
        }

        @Override
        public void bury(long pid) {
            // The init process buries what is not a child of ours.
        }
    }
}
