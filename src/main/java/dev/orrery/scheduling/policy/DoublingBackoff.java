package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.Outcome;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.JobEvent.Next;

import java.time.Duration;
import java.time.Instant;

/**
 * Retries own failures after a pause that doubles, and lost work at once, as often as the job
 * allows each.
 */
public final class DoublingBackoff implements RetryPolicy {

    private static final int DOUBLINGS_MAX = 30;

    /** Made by the loader of components. */
    public DoublingBackoff() {}

    @Override
    public Next next(JobSpec spec, int failures, int losses, Outcome outcome, Instant now) {
        RetryRule rule = spec.retry();
        return switch (outcome) {
            case Outcome.Exited(int code) when code == 0 ->
                    new Next.Over(TaskStatus.SUCCEEDED, "completed");
            case Outcome.Exited exited -> failed(rule, failures, losses, "exit-code", now);
            case Outcome.Signalled signalled -> failed(rule, failures, losses, "signal", now);
            case Outcome.TimedOut timedOut -> failed(rule, failures, losses, "timeout", now);
            case Outcome.NotStartable cause -> failed(rule, failures, losses, "not-startable", now);
            case Outcome.OutputsRefused causes -> failed(rule, failures, losses, "outputs", now);
            case Outcome.WorkerFault fault ->
                    lost(rule, failures, losses, "worker-fault", now.plus(pause(rule, losses)));
            case Outcome.Stopped stopped -> lost(rule, failures, losses, "worker-stopped", now);
            case Outcome.Lost lost -> lost(rule, failures, losses, "worker-lost", now);
        };
    }

    private static Next failed(
            RetryRule rule, int failures, int losses, String reason, Instant now) {
        return failures < rule.retries()
                ? new Next.Again(now.plus(pause(rule, failures)), failures + 1, losses)
                : new Next.Over(TaskStatus.FAILED, reason);
    }

    private static Next lost(
            RetryRule rule, int failures, int losses, String reason, Instant notBefore) {
        if (losses < rule.restarts()) {
            return new Next.Again(notBefore, failures, losses + 1);
        }
        return new Next.Over(TaskStatus.FAILED, rule.restarts() == 0 ? "outcome-unknown" : reason);
    }

    private static Duration pause(RetryRule rule, int before) {
        long factor = 1L << Math.min(before, DOUBLINGS_MAX);
        boolean small = rule.backoff().toMillis() <= rule.backoffMax().toMillis() / factor;
        return small ? rule.backoff().multipliedBy(factor) : rule.backoffMax();
    }
}
