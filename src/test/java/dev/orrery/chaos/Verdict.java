package dev.orrery.chaos;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the checker says of a history.
 *
 * @param submitted different keys that clients sent
 * @param acknowledged different jobs that were answered 2xx
 * @param unknown keys for which no answer ever came
 * @param refused keys that were only ever refused
 * @param executions processes of tasks that began
 * @param asleep overlaps with an execution whose whole machine was frozen at the time, which no
 *     fence can stop; its result does not count
 */
record Verdict(
        List<Violation> violations,
        int submitted,
        int acknowledged,
        int unknown,
        int refused,
        int executions,
        int asleep) {
    private static final Set<Rule> LOSS =
            EnumSet.of(Rule.ACKNOWLEDGED_IS_PRESENT, Rule.ACKNOWLEDGED_IS_TERMINAL);
    private static final Set<Rule> DOUBLE =
            EnumSet.of(Rule.ONE_JOB_PER_KEY, Rule.ONE_RESULT, Rule.STARTS_ONCE, Rule.NO_OVERLAP);

    Verdict {
        violations = List.copyOf(violations);
    }

    /** One rule broken once. */
    record Violation(Rule rule, String what) {}

    /** Acknowledged jobs that are gone or never came to an end. */
    long lost() {
        return count(LOSS);
    }

    /** Jobs, results or executions that there are two of. */
    long doubled() {
        return count(DOUBLE);
    }

    private long count(Set<Rule> rules) {
        return violations.stream().filter(it -> rules.contains(it.rule())).count();
    }
}
