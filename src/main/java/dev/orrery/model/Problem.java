package dev.orrery.model;

import java.util.Optional;

/**
 * A refusal or fault as a user sees it: a stable code, what is wrong, where, and what to do.
 *
 * @param detail one sentence on this occurrence
 * @param field the path of the input at fault, such as {@code resources.cpus}
 * @param remedy one sentence that says what to do
 */
public record Problem(
        ProblemCode code, String detail, Optional<String> field, Optional<String> remedy) {

    /** A problem that concerns no single field. */
    public static Problem of(ProblemCode code, String detail, String remedy) {
        return new Problem(code, detail, Optional.empty(), Optional.of(remedy));
    }

    /** A problem of one field. */
    public static Problem ofField(ProblemCode code, String field, String detail, String remedy) {
        return new Problem(code, detail, Optional.of(field), Optional.of(remedy));
    }
}
