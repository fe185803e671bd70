package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Next;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A second, naive reading of a job's events, task by task, that refuses whatever breaks a promise.
 */
public final class Ledger {

    private final Set<AttemptId> accepted = new LinkedHashSet<>();
    private Task[] tasks = {};
    private boolean over;
    private int round;
    private int read;

    /** One task. */
    private static final class Task {
        private TaskStatus status = TaskStatus.QUEUED;
        private int attempts;
        private boolean cancelled;
        private Optional<WorkerId> holder = Optional.empty();
    }

    /** Nothing read yet. */
    public Ledger() {}

    /** Reads on to the end of a job's events. */
    public void read(List<JobEvent> events) {
        for (JobEvent event : events.subList(read, events.size())) {
            read++;
            check(event.seq() == read, "numbered " + read, event);
            take(event);
            check(event.status() == status(), status().name(), event);
        }
    }

    private void take(JobEvent event) {
        switch (event.change()) {
            case JobEvent.Submitted it -> {
                check(tasks.length == 0, "new", event);
                Instant at = event.at();
                open(it.spec().size(), it.spec().notBefore().filter(at::isBefore).isPresent());
            }
            case JobEvent.Retried it -> {
                check(over && it.round() == round + 1, "a retry of an ended job", event);
                int[] attempts = Arrays.stream(tasks).mapToInt(task -> task.attempts).toArray();
                int highest = Arrays.stream(attempts).max().orElse(0);
                check(it.attempts() == highest, "after attempt " + highest, event);
                open(tasks.length, false);
                Arrays.stream(tasks).forEach(task -> task.attempts = highest);
            }
            case JobEvent.Released it ->
                    each(
                            event,
                            it.tasks(),
                            task -> {
                                check(task.status == TaskStatus.WAITING, "waiting", event);
                                task.status = TaskStatus.QUEUED;
                            });
            case JobEvent.Assigned it -> each(event, it.tasks(), task -> assign(event, it, task));
            case JobEvent.Unassigned it ->
                    each(event, it.tasks(), task -> unassign(event, it, task));
            case JobEvent.Started it ->
                    each(
                            event,
                            it.tasks(),
                            task -> {
                                check(task.status == TaskStatus.ASSIGNED, "assigned", event);
                                task.status = TaskStatus.RUNNING;
                            });
            case JobEvent.CancelRequested it ->
                    each(
                            event,
                            it.tasks(),
                            task -> {
                                check(task.holder.isPresent() && !task.cancelled, "held", event);
                                task.status = TaskStatus.RUNNING;
                                task.cancelled = true;
                            });
            case JobEvent.AttemptEnded it -> ended(event, it);
            case JobEvent.Ended it ->
                    each(
                            event,
                            it.tasks(),
                            task -> {
                                check(task.holder.isEmpty() || task.cancelled, "free", event);
                                finish(event, task, it.taskStatus());
                            });
        }
        check(!over || event.change() instanceof JobEvent.Retried, "before the last", event);
        over = Arrays.stream(tasks).allMatch(task -> task.status.isTerminal());
    }

    private static void assign(JobEvent event, JobEvent.Assigned it, Task task) {
        check(task.status == TaskStatus.QUEUED, "queued", event);
        check(it.attempt() > task.attempts, "a new attempt", event);
        task.attempts = it.attempt();
        task.status = TaskStatus.ASSIGNED;
        task.holder = Optional.of(it.worker());
    }

    private static void unassign(JobEvent event, JobEvent.Unassigned it, Task task) {
        check(task.status == TaskStatus.ASSIGNED && !task.cancelled, "assigned", event);
        check(it.attempt() == task.attempts, "the present attempt", event);
        task.status = TaskStatus.QUEUED;
        task.holder = Optional.empty();
    }

    private void ended(JobEvent event, JobEvent.AttemptEnded it) {
        check(accepted.add(new AttemptId(it.tasks(), it.attempt())), "accepted once", event);
        each(
                event,
                it.tasks(),
                task -> {
                    check(
                            task.holder.equals(Optional.of(it.worker())),
                            "held by its worker",
                            event);
                    check(it.attempt() == task.attempts, "the present attempt", event);
                    switch (it.next()) {
                        case Next.Over over -> finish(event, task, over.taskStatus());
                        case Next.Again again -> {
                            check(!task.cancelled, "not cancelled", event);
                            task.holder = Optional.empty();
                            task.status =
                                    again.notBefore().isAfter(event.at())
                                            ? TaskStatus.WAITING
                                            : TaskStatus.QUEUED;
                        }
                    }
                });
    }

    private static void finish(JobEvent event, Task task, TaskStatus status) {
        check(!task.status.isTerminal(), "ended once a round", event);
        check(!task.cancelled || status == TaskStatus.CANCELLED, "cancelled", event);
        task.status = status;
        task.holder = Optional.empty();
    }

    private void open(int size, boolean waiting) {
        tasks = Stream.generate(Task::new).limit(size).toArray(Task[]::new);
        Arrays.stream(tasks)
                .forEach(task -> task.status = waiting ? TaskStatus.WAITING : TaskStatus.QUEUED);
        over = false;
        round++;
    }

    private void each(JobEvent event, TaskRange range, Consumer<Task> change) {
        check(range.last() < tasks.length, "a task of the job", event);
        Arrays.stream(tasks, range.first(), range.last() + 1).forEach(change);
    }

    /** The status of the job as a whole. */
    public TaskStatus status() {
        List<TaskStatus> order =
                List.of(
                        TaskStatus.RUNNING,
                        TaskStatus.ASSIGNED,
                        TaskStatus.QUEUED,
                        TaskStatus.WAITING,
                        TaskStatus.FAILED,
                        TaskStatus.EXPIRED,
                        TaskStatus.CANCELLED,
                        TaskStatus.SUCCEEDED);
        return order.stream().filter(it -> count(it) > 0).findFirst().orElseThrow();
    }

    public long count(TaskStatus status) {
        return Arrays.stream(tasks).filter(task -> task.status == status).count();
    }

    public boolean isOver() {
        return over;
    }

    public boolean isHeld(AttemptId attempt, WorkerId worker) {
        Task task = tasks[attempt.tasks().first()];
        return attempt.tasks().size() == 1
                && task.attempts == attempt.number()
                && task.holder.equals(Optional.of(worker));
    }

    /** What a worker holds of this job. */
    public Set<AttemptId> heldBy(JobId job, WorkerId worker) {
        Set<AttemptId> held = new LinkedHashSet<>();
        for (int index = 0; index < tasks.length; index++) {
            if (tasks[index].holder.equals(Optional.of(worker))) {
                held.add(Sample.attempt(job, index, tasks[index].attempts));
            }
        }
        return held;
    }

    @Override
    public String toString() {
        return Arrays.stream(tasks)
                .map(task -> task.status + "@" + task.attempts)
                .toList()
                .toString();
    }

    private static void check(boolean holds, String expected, JobEvent event) {
        if (!holds) {
            throw new AssertionError("not " + expected + ": " + event);
        }
    }
}
