package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.Namespace;
import dev.orrery.model.Outcome;
import dev.orrery.model.Resources;
import dev.orrery.model.TaskRange;
import dev.orrery.model.Usage;
import dev.orrery.model.Work;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.policy.Rules;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** Plain values that tests begin with, and the moment at which all of them begin. */
public final class Sample {

    /** The wall clock at the start. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** A worker. */
    public static final WorkerId WORKER = new WorkerId("w1");

    /** The standard numbers. */
    public static final Rules RULES =
            new Rules(
                    Duration.ofSeconds(30),
                    1_000,
                    new Resources(64_000, 1L << 40, 8, Collections.emptySortedMap()),
                    Duration.ofMillis(50),
                    8,
                    Duration.ofHours(24),
                    Rules.Sharing.STANDARD);

    /** What a leader finds in an empty store. */
    static final LoadedState EMPTY =
            new LoadedState(
                    Collections.emptySortedMap(), List.of(), List.of(), List.of(), List.of());

    private Sample() {}

    static JobId job(int number) {
        return new JobId(new UUID(0, number));
    }

    static AttemptId attempt(JobId job, int index, int number) {
        return new AttemptId(new TaskRange(job, index, index), number);
    }

    static Moment moment(Duration sinceStart) {
        return new Moment(sinceStart.toNanos(), START.plus(sinceStart));
    }

    /** An amount of cpus. */
    public static Resources cpus(int count) {
        return new Resources(count * 1_000L, 0, 0, Collections.emptySortedMap());
    }

    /** What a machine with so many cpus and slots brings. */
    public static WorkerOffer offer(int count) {
        return new WorkerOffer(cpus(count), count, new TreeMap<>(), "host", "1");
    }

    /** What a worker tells of an attempt that ran so long. */
    public static AttemptResult result(Outcome outcome, Instant endedAt, Duration wall) {
        return new AttemptResult(
                outcome,
                new Usage(wall, Duration.ZERO, Duration.ZERO, 0),
                Optional.of(endedAt.minus(wall)),
                endedAt,
                CapturedLog.EMPTY,
                CapturedLog.EMPTY,
                List.of());
    }

    /** A job of one task that asks for one cpu, to be changed piece by piece. */
    public static SpecDraft spec() {
        return new SpecDraft();
    }

    /** A specification in the making. */
    public static final class SpecDraft {
        private Namespace namespace = Namespace.DEFAULT;
        private Work work = new Work.Command(List.of("true"));
        private int size = 1;
        private Resources resources = Resources.ONE_CPU;
        private int priority;
        private Optional<Instant> deadline = Optional.empty();
        private Optional<Instant> notBefore = Optional.empty();
        private RetryRule retry = RetryRule.DEFAULT;
        private List<Constraint> constraints = List.of();
        private Duration retention = Duration.ofDays(1);
        private SortedMap<String, String> labels = new TreeMap<>();
        private int maxParallel;
        private boolean exclusive;

        private SpecDraft() {}

        /** Whose it is. */
        public SpecDraft namespace(String name) {
            namespace = new Namespace(name);
            return this;
        }

        /** What it runs. */
        public SpecDraft work(Work value) {
            work = value;
            return this;
        }

        /** How many tasks. */
        public SpecDraft size(int value) {
            size = value;
            return this;
        }

        /** What each task needs. */
        public SpecDraft resources(Resources value) {
            resources = value;
            return this;
        }

        /** Higher goes first. */
        public SpecDraft priority(int value) {
            priority = value;
            return this;
        }

        /** When it is too late to start. */
        public SpecDraft deadline(Instant value) {
            deadline = Optional.of(value);
            return this;
        }

        /** When it may start. */
        public SpecDraft notBefore(Instant value) {
            notBefore = Optional.of(value);
            return this;
        }

        /** How often it may run again. */
        public SpecDraft retry(RetryRule value) {
            retry = value;
            return this;
        }

        /** Where it may run. */
        public SpecDraft constraints(List<Constraint> value) {
            constraints = value;
            return this;
        }

        /** How long it stays after its end. */
        public SpecDraft retention(Duration value) {
            retention = value;
            return this;
        }

        /** Its labels. */
        public SpecDraft labels(SortedMap<String, String> value) {
            labels = value;
            return this;
        }

        /** How many of its tasks at once. */
        public SpecDraft maxParallel(int value) {
            maxParallel = value;
            return this;
        }

        /** Alone on its worker. */
        public SpecDraft exclusive(boolean value) {
            exclusive = value;
            return this;
        }

        /** The finished specification. */
        public JobSpec make() {
            return new JobSpec(
                    namespace,
                    "tester",
                    "sample",
                    labels,
                    work,
                    new TreeMap<>(),
                    Bytes.EMPTY,
                    List.of(),
                    List.of(),
                    size,
                    resources,
                    priority,
                    deadline,
                    notBefore,
                    Optional.empty(),
                    retry,
                    retention,
                    constraints,
                    maxParallel,
                    exclusive);
        }
    }
}
