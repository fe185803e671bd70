package dev.orrery.model.health;

/**
 * One thing that was looked at.
 *
 * @param check a stable name, such as {@code store.file}
 * @param what it was found to be
 * @param remedy what to do; empty when it is well
 */
public record Finding(Grade grade, String check, String what, String remedy) {

    /** How it was found. */
    public enum Grade {
        OK,
        WARN,
        FAIL
    }

    /** All is well. */
    public static Finding ok(String check, String what) {
        return new Finding(Grade.OK, check, what, "");
    }

    /** It works, and may not for long or not for all. */
    public static Finding warn(String check, String what, String remedy) {
        return new Finding(Grade.WARN, check, what, remedy);
    }

    /** It does not work. */
    public static Finding fail(String check, String what, String remedy) {
        return new Finding(Grade.FAIL, check, what, remedy);
    }
}
