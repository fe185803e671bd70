package dev.orrery.store;

/**
 * One thing that was looked at in a store that nobody opened.
 *
 * @param check a stable name, such as {@code store.file}
 * @param what it was found to be
 * @param remedy what to do; empty when it is well
 */
public record StoreFinding(Grade grade, String check, String what, String remedy) {

    /** How it was found. */
    public enum Grade {
        OK,
        WARN,
        FAIL
    }

    /** All is well. */
    public static StoreFinding ok(String check, String what) {
        return new StoreFinding(Grade.OK, check, what, "");
    }

    /** It works, and may not for long. */
    public static StoreFinding warn(String check, String what, String remedy) {
        return new StoreFinding(Grade.WARN, check, what, remedy);
    }

    /** It does not work. */
    public static StoreFinding fail(String check, String what, String remedy) {
        return new StoreFinding(Grade.FAIL, check, what, remedy);
    }
}
