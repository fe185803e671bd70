package dev.orrery.execution.posix;

/**
 * By what the processes of an attempt are known, whoever their parent is by then.
 *
 * <p>The mark stands in the environment as {@code ORRERY_RUN}; a process can clear that. The tag is
 * its limit of file locks (RLIMIT_LOCKS), which Linux has not enforced since 2.4.25 but still
 * inherits over fork, exec, a new session and a cleared environment, and shows to everybody in
 * {@code /proc/PID/limits}. It has 18 digits: 8 for the worker, 4 for its incarnation, 6 that count
 * attempts.
 */
public record Identity(String mark, long tag) {

    /** The variable that carries the mark. */
    public static final String VARIABLE = "ORRERY_RUN";

    private static final long ATTEMPTS = 1_000_000;
    private static final long RUNS = 9_000;
    private static final long WORKERS = 90_000_000;

    /** How the environment of the attempt shows it. */
    public String variable() {
        return VARIABLE + "=" + mark;
    }

    /**
     * A worker, whose attempts share the first digits of their tags and the beginning of the mark.
     *
     * @param name made of the worker's name and its directory
     */
    public record Worker(String name) {

        /** One of its incarnations. */
        public Run run(String marker) {
            return new Run(this, marker);
        }

        /** How the tags of all of its attempts begin. */
        public String tagPrefix() {
            return Long.toString(10_000_000 + Math.floorMod(spread(name), WORKERS));
        }

        /** How the marks of all of its attempts begin. */
        public String markPrefix() {
            return name + "/";
        }
    }

    /** An incarnation of a worker. */
    public record Run(Worker worker, String marker) {

        /** The attempt that is this incarnation's n-th. */
        public Identity attempt(String attempt, long n) {
            long tag = Long.parseLong(tagPrefix()) * ATTEMPTS + Math.floorMod(n, ATTEMPTS);
            return new Identity(markPrefix() + attempt, tag);
        }

        /** How the tags of its attempts begin. */
        public String tagPrefix() {
            return worker.tagPrefix() + (1_000 + Math.floorMod(spread(marker), RUNS));
        }

        /** How the marks of its attempts begin. */
        public String markPrefix() {
            return worker.markPrefix() + marker + "/";
        }
    }

    /** A hash whose every bit depends on every character (FNV-1a, then a finalizer). */
    private static long spread(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 32)) * 0xd6e8feb86659fd93L;
        return hash ^ (hash >>> 32);
    }
}
