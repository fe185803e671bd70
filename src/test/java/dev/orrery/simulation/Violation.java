package dev.orrery.simulation;

/** A promise that was broken in a simulated run. */
final class Violation extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }

    /** Breaks the run unless something holds. */
    static void unless(boolean holds, String otherwise) {
        if (!holds) {
            throw new Violation(otherwise);
        }
    }
}
