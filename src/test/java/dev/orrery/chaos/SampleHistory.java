package dev.orrery.chaos;

import dev.orrery.chaos.Fact.Acknowledged;
import dev.orrery.chaos.Fact.Attempt;
import dev.orrery.chaos.Fact.Committed;
import dev.orrery.chaos.Fact.EndSeen;
import dev.orrery.chaos.Fact.Event;
import dev.orrery.chaos.Fact.Execution;
import dev.orrery.chaos.Fact.Finished;
import dev.orrery.chaos.Fact.Job;
import dev.orrery.chaos.Fact.JobSeen;
import dev.orrery.chaos.Fact.Led;
import dev.orrery.chaos.Fact.Sent;
import dev.orrery.chaos.Fact.Started;
import dev.orrery.chaos.Fact.Unknown;
import dev.orrery.chaos.Verdict.Violation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A history that is right, made to be broken by a test in one way. */
abstract class SampleHistory {
    static final Duration LEASE = Duration.ofSeconds(30);
    static final String JOB = "j1";
    static final Event SUBMITTED = new Event(1, "submitted", "QUEUED", 0, false);
    static final Event LOST = new Event(2, "attempt-ended", "QUEUED", 1, false);
    static final Event ENDED = new Event(3, "attempt-ended", "SUCCEEDED", 2, true);

    /** A job whose first attempt was lost with its worker, and whose second one succeeded. */
    final List<Fact> facts =
            new ArrayList<>(
                    List.of(
                            new Sent(at(1), "k1"),
                            new Unknown(at(2), "k1", "cut"),
                            new Acknowledged(at(3), "k1", JOB, true),
                            new Led(at(0), 1, "m1"),
                            new Led(at(9), 2, "m2"),
                            new Committed(1, 1, "m1"),
                            new Committed(2, 2, "m2"),
                            new Started(at(4), first(), 0),
                            new Started(at(10), second(), 0),
                            new Finished(at(12), second()),
                            new EndSeen(at(13), JOB, 1, "SUCCEEDED"),
                            new JobSeen(job(SUBMITTED, LOST, ENDED))));

    static long at(int seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }

    static Execution first() {
        return new Execution(JOB, 0, 1, "w1", 100);
    }

    static Execution second() {
        return new Execution(JOB, 0, 2, "w2", 200);
    }

    static Job job(Event... events) {
        return job("SUCCEEDED", Task.output(second()), events);
    }

    static Job job(String state, String stdout, Event... events) {
        return new Job(
                JOB,
                "k1",
                true,
                state,
                1,
                2,
                events.length,
                3,
                0,
                List.of(new Attempt(1, "w1", "LOST"), new Attempt(2, "w2", state)),
                List.of(events),
                stdout);
    }

    void replaceJob(Job job) {
        facts.removeIf(JobSeen.class::isInstance);
        facts.add(new JobSeen(job));
    }

    List<Rule> broken() {
        return Checker.check(facts, LEASE).violations().stream()
                .map(Violation::rule)
                .distinct()
                .toList();
    }
}
