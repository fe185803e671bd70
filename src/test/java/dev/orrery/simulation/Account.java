package dev.orrery.simulation;

import static dev.orrery.simulation.Violation.unless;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.Outcome;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Next;

import java.util.stream.Stream;

/**
 * What a job's tasks have used up, counted a second time: {@code retries} forgive own failures,
 * {@code restarts} lost workers, and what may start once starts once.
 */
final class Account {

    private static final long LONG_AGO = 25 * Dice.SECOND;

    private final JobId job;
    private final World world;
    private Task[] tasks = {};
    private RetryRule rule = RetryRule.DEFAULT;
    private boolean wasCancelled;

    private static final class Task {
        private int failures;
        private int losses;
        private int starts;
        private boolean cancelled;
        private long cancelledAt;
    }

    Account(World world, JobId job) {
        this.world = world;
        this.job = job;
    }

    JobId job() {
        return job;
    }

    /** Whether a cancel of it is durable. */
    boolean wasCancelled() {
        return wasCancelled;
    }

    /** Whether a task is being cancelled for so long, without faults, that it must be dead. */
    boolean isCancelledLongAgo(int index) {
        long now = world.agenda.now();
        return tasks[index].cancelled
                && now - tasks[index].cancelledAt > LONG_AGO
                && world.calmFor() > LONG_AGO;
    }

    /** Takes a durable event of the job in. */
    void take(JobEvent event) {
        switch (event.change()) {
            case JobEvent.Submitted it -> open(it.spec());
            case JobEvent.Retried it -> open(it.spec());
            case JobEvent.AttemptEnded it -> {
                for (int i = it.tasks().first(); i <= it.tasks().last(); i++) {
                    check(tasks[i], it);
                }
            }
            case JobEvent.CancelRequested it -> {
                wasCancelled = true;
                for (int i = it.tasks().first(); i <= it.tasks().last(); i++) {
                    tasks[i].cancelled = true;
                    tasks[i].cancelledAt = world.agenda.now();
                }
            }
            case JobEvent.Ended it -> wasCancelled |= it.taskStatus() == TaskStatus.CANCELLED;
            case JobEvent.Released it -> {}
            case JobEvent.Assigned it -> {}
            case JobEvent.Unassigned it -> {}
            case JobEvent.Started it -> {}
        }
    }

    private void open(JobSpec spec) {
        rule = spec.retry();
        tasks = Stream.generate(Task::new).limit(spec.size()).toArray(Task[]::new);
    }

    /** A program of a task begins. */
    void started(AttemptId attempt) {
        Task task = tasks[attempt.tasks().first()];
        task.starts++;
        boolean mayStartOnce = rule.restarts() == 0 && rule.retries() == 0;
        unless(task.starts == 1 || !mayStartOnce, attempt + " may start once, and starts again");
    }

    private void check(Task task, JobEvent.AttemptEnded it) {
        boolean isOver = it.next() instanceof Next.Over;
        if (task.cancelled) {
            unless(
                    it.next() instanceof Next.Over over
                            && over.taskStatus() == TaskStatus.CANCELLED,
                    "cancelled, but not over as such: " + it);
            return;
        }
        switch (it.result().outcome()) {
            case Outcome.Exited exited when exited.code() == 0 ->
                    unless(isOver, "ended well, but goes on: " + it);
            case Outcome.Exited failure -> failed(task, it);
            case Outcome.Signalled failure -> failed(task, it);
            case Outcome.TimedOut failure -> failed(task, it);
            case Outcome.NotStartable failure -> failed(task, it);
            case Outcome.OutputsRefused failure -> failed(task, it);
            case Outcome.Stopped loss -> lost(task, it);
            case Outcome.WorkerFault loss -> lost(task, it);
            case Outcome.Lost loss -> lost(task, it);
        }
    }

    private void failed(Task task, JobEvent.AttemptEnded it) {
        task.failures++;
        expect(task, it, task.failures <= rule.retries());
    }

    private void lost(Task task, JobEvent.AttemptEnded it) {
        task.losses++;
        expect(task, it, task.losses <= rule.restarts());
    }

    private void expect(Task task, JobEvent.AttemptEnded it, boolean again) {
        boolean isAsExpected =
                switch (it.next()) {
                    case Next.Again next ->
                            again
                                    && next.failures() == task.failures
                                    && next.losses() == task.losses;
                    case Next.Over over -> !again && over.taskStatus() == TaskStatus.FAILED;
                };
        unless(
                isAsExpected,
                "after %d failures and %d losses under %s: %s"
                        .formatted(task.failures, task.losses, rule, it));
    }
}
