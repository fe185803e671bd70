package dev.orrery.api;

import dev.orrery.api.json.Outcomes;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.StoredFile;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Next;
import dev.orrery.store.JobReads;
import dev.orrery.store.StoreException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** All that the durable events of one job say, folded. */
public final class JobHistory {
    private static final int PAGE = 1000;

    private final List<JobEvent> events;
    private final TreeMap<Integer, Attempt> attempts = new TreeMap<>();
    private Optional<JobSpec> spec = Optional.empty();
    private List<StoredFile> outputs = List.of();
    private TaskStatus status = TaskStatus.QUEUED;

    JobHistory(List<JobEvent> events) {
        this.events = List.copyOf(events);
        this.events.forEach(this::apply);
    }

    /**
     * One attempt.
     *
     * @param reason the stable word for its end
     */
    public record Attempt(
            AttemptId id,
            WorkerId worker,
            TaskStatus status,
            Optional<Instant> startedAt,
            Optional<AttemptResult> result,
            Optional<String> reason) {}

    /** Reads all events of the job. Blocking. */
    public static JobHistory read(JobReads reads, JobId job) throws StoreException {
        List<JobEvent> events = new ArrayList<>();
        List<JobEvent> page;
        do {
            long after = events.isEmpty() ? 0 : events.getLast().seq();
            page = reads.events(job, after, PAGE);
            events.addAll(page);
        } while (page.size() == PAGE);
        return new JobHistory(events);
    }

    /** The history as it stood when the event of this number was the last. */
    public JobHistory upTo(long seq) {
        return new JobHistory(events.stream().filter(event -> event.seq() <= seq).toList());
    }

    /** The events, in order. */
    public List<JobEvent> events() {
        return events;
    }

    /** What was asked for. */
    public JobSpec spec() {
        return spec.orElseThrow(() -> Refusal.notFound("record of this job"));
    }

    /** The attempts, in order of their numbers. */
    public Collection<Attempt> attempts() {
        return attempts.values();
    }

    /** The attempt of this number. */
    public Optional<Attempt> attempt(int number) {
        return Optional.ofNullable(attempts.get(number));
    }

    /** The attempt with the highest number. */
    public Optional<Attempt> latestAttempt() {
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.lastEntry().getValue());
    }

    /** The number of the attempt that followed on this one. */
    public Optional<Integer> attemptAfter(int number) {
        return Optional.ofNullable(attempts.higherKey(number));
    }

    /** The files that the latest ended attempt of this round left. */
    public List<StoredFile> outputs() {
        return outputs;
    }

    /** Where the job stands. */
    public TaskStatus status() {
        return status;
    }

    private void apply(JobEvent event) {
        status = event.status();
        switch (event.change()) {
            case JobEvent.Submitted submitted -> spec = Optional.of(submitted.spec());
            case JobEvent.Retried retried -> {
                spec = Optional.of(retried.spec());
                outputs = List.of();
            }
            case JobEvent.Assigned assigned ->
                    attempts.put(
                            assigned.attempt(),
                            new Attempt(
                                    new AttemptId(assigned.tasks(), assigned.attempt()),
                                    assigned.worker(),
                                    TaskStatus.ASSIGNED,
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty()));
            case JobEvent.Unassigned unassigned -> attempts.remove(unassigned.attempt());
            case JobEvent.Started started ->
                    attempts.computeIfPresent(
                            started.attempt(),
                            (_, a) ->
                                    new Attempt(
                                            a.id(),
                                            a.worker(),
                                            TaskStatus.RUNNING,
                                            Optional.of(started.startedAt()),
                                            Optional.empty(),
                                            Optional.empty()));
            case JobEvent.AttemptEnded ended -> end(ended);
            case JobEvent.Released _, JobEvent.CancelRequested _, JobEvent.Ended _ -> {}
        }
    }

    private void end(JobEvent.AttemptEnded ended) {
        outputs = ended.result().outputs();
        attempts.put(
                ended.attempt(),
                new Attempt(
                        new AttemptId(ended.tasks(), ended.attempt()),
                        ended.worker(),
                        statusOf(ended),
                        ended.result().startedAt(),
                        Optional.of(ended.result()),
                        Optional.of(reasonOf(ended))));
    }

    private static TaskStatus statusOf(JobEvent.AttemptEnded ended) {
        return switch (ended.next()) {
            case Next.Over over -> over.taskStatus();
            case Next.Again _ -> TaskStatus.FAILED;
        };
    }

    private static String reasonOf(JobEvent.AttemptEnded ended) {
        return switch (ended.next()) {
            case Next.Over over -> over.reason();
            case Next.Again _ -> Outcomes.reason(ended.result().outcome());
        };
    }
}
