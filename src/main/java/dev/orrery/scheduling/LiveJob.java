package dev.orrery.scheduling;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Change;
import dev.orrery.protocol.JobEvent.Next;
import dev.orrery.scheduling.TaskState.Tally;
import dev.orrery.scheduling.policy.Demand;
import dev.orrery.scheduling.policy.PriorityKey;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;

/** A job that has not ended: what was asked for, and the states of its tasks. */
final class LiveJob {

    private static final List<TaskStatus> LIVELIEST_FIRST =
            List.of(
                    TaskStatus.RUNNING,
                    TaskStatus.FORWARDED,
                    TaskStatus.ASSIGNED,
                    TaskStatus.QUEUED,
                    TaskStatus.WAITING,
                    TaskStatus.FAILED,
                    TaskStatus.EXPIRED,
                    TaskStatus.CANCELLED,
                    TaskStatus.SUCCEEDED);

    final JobId id;
    final JobSpec spec;
    final long number;
    final int round;
    final PriorityKey key;
    final Demand demand;
    final TaskMap tasks;
    private long seq;

    private LiveJob(
            JobId id,
            JobSpec spec,
            long number,
            int round,
            PriorityKey key,
            Demand demand,
            TaskMap tasks,
            long seq) {
        this.id = id;
        this.spec = spec;
        this.number = number;
        this.round = round;
        this.key = key;
        this.demand = demand;
        this.tasks = tasks;
        this.seq = seq;
    }

    /** The job that an opening event makes. */
    static LiveJob opened(JobEvent event, PriorityKey key) {
        return switch (event.change()) {
            case JobEvent.Submitted it ->
                    begin(event, it.spec(), it.number(), 1, key, first(it.spec(), event.at()));
            case JobEvent.Retried it ->
                    begin(
                            event,
                            it.spec(),
                            it.number(),
                            it.round(),
                            key,
                            new TaskState.Queued(new Tally(it.attempts(), 0, 0)));
            case JobEvent.Released it -> throw notOpening(event);
            case JobEvent.Assigned it -> throw notOpening(event);
            case JobEvent.Unassigned it -> throw notOpening(event);
            case JobEvent.Started it -> throw notOpening(event);
            case JobEvent.CancelRequested it -> throw notOpening(event);
            case JobEvent.AttemptEnded it -> throw notOpening(event);
            case JobEvent.Ended it -> throw notOpening(event);
        };
    }

    /** What an opening event asks for. */
    static JobSpec specOf(JobEvent event) {
        if (event.change() instanceof JobEvent.Submitted it) {
            return it.spec();
        }
        if (event.change() instanceof JobEvent.Retried it) {
            return it.spec();
        }
        throw notOpening(event);
    }

    private static LiveJob begin(
            JobEvent event,
            JobSpec spec,
            long number,
            int round,
            PriorityKey key,
            TaskState first) {
        return new LiveJob(
                event.job(),
                spec,
                number,
                round,
                key,
                Demand.of(spec),
                TaskMap.all(spec.size(), first),
                event.seq());
    }

    /** The state in which the tasks of an accepted job begin. */
    static TaskState first(JobSpec spec, Instant at) {
        return spec.notBefore()
                .filter(at::isBefore)
                .<TaskState>map(until -> new TaskState.Waiting(Tally.NONE, until))
                .orElseGet(() -> new TaskState.Queued(Tally.NONE));
    }

    private static IllegalStateException notOpening(JobEvent event) {
        return new IllegalStateException("the first event of a round cannot be: " + event);
    }

    LiveJob copy() {
        return new LiveJob(id, spec, number, round, key, demand, tasks.copy(), seq);
    }

    long seq() {
        return seq;
    }

    /** Counts one further event and gives its number. */
    long nextSeq() {
        seq++;
        return seq;
    }

    TaskRange range(TaskMap.Segment segment) {
        return new TaskRange(id, segment.first(), segment.last());
    }

    /** Takes a further event in. */
    void apply(JobEvent event) {
        if (event.seq() != seq + 1) {
            throw new IllegalStateException("event " + (seq + 1) + " is missing before " + event);
        }
        seq = event.seq();
        change(event.change(), event.at());
    }

    /** Takes a change in without counting it. */
    void change(Change change, Instant at) {
        TaskRange range = rangeOf(change);
        tasks.update(range.first(), range.last(), before -> after(before, change, at));
    }

    static TaskRange rangeOf(Change change) {
        return switch (change) {
            case JobEvent.Released it -> it.tasks();
            case JobEvent.Assigned it -> it.tasks();
            case JobEvent.Unassigned it -> it.tasks();
            case JobEvent.Started it -> it.tasks();
            case JobEvent.CancelRequested it -> it.tasks();
            case JobEvent.AttemptEnded it -> it.tasks();
            case JobEvent.Ended it -> it.tasks();
            case JobEvent.Submitted it -> throw new IllegalStateException("twice: " + it);
            case JobEvent.Retried it -> throw new IllegalStateException("still live: " + it);
        };
    }

    /**
     * The lifecycle of a task, whole: what each change makes of each state. {@code
     * docs/lifecycle.md} shows the same table.
     */
    static TaskState after(TaskState before, Change change, Instant at) {
        Tally tally = before.tally();
        return switch (change) {
            case JobEvent.Released it when before instanceof TaskState.Waiting ->
                    new TaskState.Queued(tally);
            case JobEvent.Assigned it when before instanceof TaskState.Queued ->
                    new TaskState.Assigned(
                            new Tally(it.attempt(), tally.failures(), tally.losses()),
                            it.worker(),
                            it.incarnation());
            case JobEvent.Unassigned it when before instanceof TaskState.Assigned ->
                    new TaskState.Queued(tally);
            case JobEvent.Started it when before instanceof TaskState.Assigned held ->
                    new TaskState.Running(tally, held.worker(), held.incarnation(), it.startedAt());
            case JobEvent.CancelRequested it when before instanceof TaskState.Assigned held ->
                    new TaskState.Cancelling(tally, held.worker(), held.incarnation(), it.by());
            case JobEvent.CancelRequested it when before instanceof TaskState.Running held ->
                    new TaskState.Cancelling(tally, held.worker(), held.incarnation(), it.by());
            case JobEvent.AttemptEnded it when mayFollow(before, it.next()) ->
                    afterAttempt(tally, it.next(), at);
            case JobEvent.Ended it when isIdle(before) ->
                    new TaskState.Over(tally, it.taskStatus());
            case JobEvent.Ended it when before instanceof TaskState.Cancelling ->
                    new TaskState.Over(tally, it.taskStatus());
            case JobEvent.Submitted it -> throw impossible(before, change);
            case JobEvent.Retried it -> throw impossible(before, change);
            case JobEvent.Released it -> throw impossible(before, change);
            case JobEvent.Assigned it -> throw impossible(before, change);
            case JobEvent.Unassigned it -> throw impossible(before, change);
            case JobEvent.Started it -> throw impossible(before, change);
            case JobEvent.CancelRequested it -> throw impossible(before, change);
            case JobEvent.AttemptEnded it -> throw impossible(before, change);
            case JobEvent.Ended it -> throw impossible(before, change);
        };
    }

    private static TaskState afterAttempt(Tally tally, Next next, Instant at) {
        return switch (next) {
            case Next.Over over -> new TaskState.Over(tally, over.taskStatus());
            case Next.Again again -> {
                Tally used = new Tally(tally.attempts(), again.failures(), again.losses());
                yield again.notBefore().isAfter(at)
                        ? new TaskState.Waiting(used, again.notBefore())
                        : new TaskState.Queued(used);
            }
        };
    }

    /** Whether a held task may go on so; one that is being cancelled never runs again. */
    private static boolean mayFollow(TaskState before, Next next) {
        return switch (before) {
            case TaskState.Assigned it -> true;
            case TaskState.Running it -> true;
            case TaskState.Cancelling it -> next instanceof Next.Over;
            case TaskState.Waiting it -> false;
            case TaskState.Queued it -> false;
            case TaskState.Over it -> false;
        };
    }

    private static boolean isIdle(TaskState state) {
        return state instanceof TaskState.Waiting || state instanceof TaskState.Queued;
    }

    private static IllegalStateException impossible(TaskState state, Change change) {
        return new IllegalStateException("impossible: " + change + " in " + state);
    }

    /** Where the job stands as a whole: as its liveliest task, or when all ended, as the worst. */
    TaskStatus status() {
        if (tasks.isUniform()) {
            return tasks.get(0).status();
        }
        EnumSet<TaskStatus> present = EnumSet.noneOf(TaskStatus.class);
        tasks.all().forEach(segment -> present.add(segment.state().status()));
        return LIVELIEST_FIRST.stream().filter(present::contains).findFirst().orElseThrow();
    }
}
