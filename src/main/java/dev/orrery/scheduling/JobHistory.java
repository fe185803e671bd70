package dev.orrery.scheduling;

import dev.orrery.model.JobSpec;
import dev.orrery.protocol.JobEvent;

import java.util.List;
import java.util.Optional;

/** What the next round of an ended job needs to know of the rounds before it. */
record JobHistory(JobSpec spec, long number, int round, int attempts, long lastSeq) {

    /** Reads all events of a job; empty when its beginning is not among them. */
    static Optional<JobHistory> of(List<JobEvent> events) {
        Optional<JobHistory> history = Optional.empty();
        for (JobEvent event : events) {
            history =
                    switch (event.change()) {
                        case JobEvent.Submitted it ->
                                Optional.of(
                                        new JobHistory(it.spec(), it.number(), 1, 0, event.seq()));
                        case JobEvent.Retried it ->
                                Optional.of(
                                        new JobHistory(
                                                it.spec(),
                                                it.number(),
                                                it.round(),
                                                it.attempts(),
                                                event.seq()));
                        case JobEvent.Assigned it -> seen(history, event, it.attempt());
                        case JobEvent.Released it -> seen(history, event, 0);
                        case JobEvent.Unassigned it -> seen(history, event, 0);
                        case JobEvent.Started it -> seen(history, event, 0);
                        case JobEvent.CancelRequested it -> seen(history, event, 0);
                        case JobEvent.AttemptEnded it -> seen(history, event, 0);
                        case JobEvent.Ended it -> seen(history, event, 0);
                    };
        }
        return history;
    }

    private static Optional<JobHistory> seen(
            Optional<JobHistory> before, JobEvent event, int attempt) {
        return before.map(it ->
                new JobHistory(
                        it.spec, it.number, it.round, Math.max(it.attempts, attempt), event.seq()));
    }
}
