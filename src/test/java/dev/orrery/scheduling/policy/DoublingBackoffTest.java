package dev.orrery.scheduling.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.JobEvent.Next;
import dev.orrery.scheduling.Sample;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What follows the end of an attempt by the standard policy. */
final class DoublingBackoffTest {

    private static final Instant NOW = Sample.START;

    @ParameterizedTest
    @CsvSource({
        "1000, 60000, 0, 1000",
        "1000, 60000, 1, 2000",
        "1000, 60000, 5, 32000",
        "1000, 60000, 6, 60000",
        "1000, 60000, 99, 60000",
        "0, 60000, 7, 0",
        "7, 7, 3, 7",
        "90000, 60000, 0, 60000",
    })
    void pauseAfterAFailure_doublesUpToTheLongest(
            long backoffMillis, long maxMillis, int failures, long expectedMillis) {
        JobSpec spec =
                spec(
                        new RetryRule(
                                100,
                                0,
                                Duration.ofMillis(backoffMillis),
                                Duration.ofMillis(maxMillis)));

        Next next = new DoublingBackoff().next(spec, failures, 0, new Outcome.Exited(1), NOW);

        assertThat(next).isEqualTo(new Next.Again(NOW.plusMillis(expectedMillis), failures + 1, 0));
    }

    @Test
    void exitZero_succeeds() {
        assertThat(next(RetryRule.DEFAULT, 0, 0, new Outcome.Exited(0)))
                .isEqualTo(new Next.Over(TaskStatus.SUCCEEDED, "completed"));
    }

    @Test
    void ownFailureWithoutRetries_failsWithItsReason() {
        assertThat(
                        List.of(
                                reason(new Outcome.Exited(1)),
                                reason(new Outcome.Signalled(9)),
                                reason(new Outcome.TimedOut()),
                                reason(new Outcome.NotStartable("no such program")),
                                reason(new Outcome.OutputsRefused(List.of("missing")))))
                .containsExactly("exit-code", "signal", "timeout", "not-startable", "outputs");
    }

    @Test
    void lostWork_runsAgainAtOnceAsOftenAsAllowed() {
        Outcome lost = new Outcome.Lost("its worker restarted");
        Outcome stopped = new Outcome.Stopped(StopReason.LEASE_LOST);

        assertThat(next(RetryRule.DEFAULT, 0, 2, lost)).isEqualTo(new Next.Again(NOW, 0, 3));
        assertThat(next(RetryRule.DEFAULT, 0, 2, stopped)).isEqualTo(new Next.Again(NOW, 0, 3));
        assertThat(next(RetryRule.DEFAULT, 0, 3, lost))
                .isEqualTo(new Next.Over(TaskStatus.FAILED, "worker-lost"));
        assertThat(next(RetryRule.DEFAULT, 0, 3, stopped))
                .isEqualTo(new Next.Over(TaskStatus.FAILED, "worker-stopped"));
    }

    @Test
    void faultOfTheWorker_runsAgainAfterAPause() {
        Outcome fault = new Outcome.WorkerFault("disk full");

        assertThat(next(RetryRule.DEFAULT, 0, 1, fault))
                .isEqualTo(new Next.Again(NOW.plusSeconds(2), 0, 2));
        assertThat(next(RetryRule.DEFAULT, 0, 3, fault))
                .isEqualTo(new Next.Over(TaskStatus.FAILED, "worker-fault"));
    }

    @Test
    void lostWorkThatMayNotRestart_hasAnUnknownOutcome() {
        RetryRule never = new RetryRule(5, 0, Duration.ofSeconds(1), Duration.ofSeconds(9));

        assertThat(next(never, 0, 0, new Outcome.Lost("lease")))
                .isEqualTo(new Next.Over(TaskStatus.FAILED, "outcome-unknown"));
    }

    private static String reason(Outcome outcome) {
        return next(RetryRule.DEFAULT, 0, 0, outcome) instanceof Next.Over over
                ? over.reason()
                : "again";
    }

    private static Next next(RetryRule rule, int failures, int losses, Outcome outcome) {
        return new DoublingBackoff().next(spec(rule), failures, losses, outcome, NOW);
    }

    private static JobSpec spec(RetryRule rule) {
        return Sample.spec().retry(rule).make();
    }
}
