package dev.orrery.model.schedule;

import dev.orrery.model.JobSpec;
import dev.orrery.model.Names;
import dev.orrery.model.Namespace;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a schedule was asked to do, whole and immutable.
 *
 * @param name unique in the namespace of its job
 * @param job what is submitted at each fire, in its namespace and by its owner
 * @param start the first moment that counts
 * @param end the first moment that does not count any more
 */
public record ScheduleSpec(
        String name,
        Cron cron,
        ZoneId zone,
        JobSpec job,
        Misfire misfire,
        Overlap overlap,
        Optional<Instant> start,
        Optional<Instant> end) {

    /** The label of every job of a schedule; its value is the name of the schedule. */
    public static final String LABEL = "orrery.schedule";

    /** The variable that says for which moment a job runs. */
    public static final String SCHEDULED_FOR = "ORRERY_SCHEDULED_FOR";

    /** Refuses a name outside the grammar of names. */
    public ScheduleSpec {
        Names.check("a schedule", name);
    }

    /** What becomes of the moments that passed while nobody led. */
    public enum Misfire {
        /** They are left out. */
        SKIP,
        /** One job makes up for all of them. */
        ONCE,
        /** Each of them is made up for, up to a bound. */
        ALL
    }

    /** What becomes of a moment at which the last job of the schedule has not ended. */
    public enum Overlap {
        /** It fires all the same. */
        ALLOW,
        /** It is left out. */
        FORBID
    }

    /** Whose schedule it is. */
    public Namespace namespace() {
        return job.namespace();
    }

    /** The first moment after this one at which it fires; empty when there is none any more. */
    public Optional<Instant> next(Instant after) {
        Instant from = start.map(it -> it.minusNanos(1)).filter(after::isBefore).orElse(after);
        return cron.next(from, zone).filter(this::isBeforeEnd);
    }

    private boolean isBeforeEnd(Instant at) {
        return end.isEmpty() || at.isBefore(end.get());
    }

    /** The job of one moment: labelled, named, and told which moment it runs for. */
    public JobSpec jobFor(Instant moment) {
        SortedMap<String, String> labels = new TreeMap<>(job.labels());
        labels.put(LABEL, name);
        SortedMap<String, String> environment = new TreeMap<>(job.environment());
        environment.put(SCHEDULED_FOR, moment.toString());
        return new JobSpec(
                job.namespace(),
                job.owner(),
                job.name().isEmpty() ? name : job.name(),
                labels,
                job.work(),
                environment,
                job.stdin(),
                job.inputs(),
                job.outputs(),
                job.size(),
                job.resources(),
                job.priority(),
                job.deadline(),
                job.notBefore(),
                job.timeout(),
                job.retry(),
                job.retention(),
                job.constraints(),
                job.maxParallel(),
                job.exclusive());
    }
}
