package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.orrery.chaos.Fact.Left;
import dev.orrery.chaos.Fact.Missing;
import dev.orrery.chaos.Fact.Refused;
import dev.orrery.chaos.Fact.Sent;
import dev.orrery.chaos.Fact.Started;
import dev.orrery.chaos.Fact.Unknown;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Each rule fires on a history made to break it, and on none that is right. */
final class CheckerTest extends SampleHistory {
    @Test
    void rightHistory_breaksNothing() {
        Verdict verdict = Checker.check(facts, LEASE);

        assertThat(verdict).isEqualTo(new Verdict(List.of(), 1, 1, 0, 0, 2, 0));
        assertThat(verdict.lost()).isZero();
        assertThat(verdict.doubled()).isZero();
    }

    @Test
    void acknowledgedJobThatIsGone_isLost() {
        facts.removeIf(fact -> !(fact instanceof Acknowledged));

        assertThat(broken()).containsExactly(Rule.ACKNOWLEDGED_IS_PRESENT);
        assertThat(Checker.check(facts, LEASE).lost()).isEqualTo(1);
    }

    @Test
    void acknowledgedJobThatStaysQueued_isLost() {
        facts.removeIf(fact -> !(fact instanceof Acknowledged));
        facts.add(new JobSeen(job("QUEUED", "", SUBMITTED, LOST)));

        assertThat(broken()).containsExactly(Rule.ACKNOWLEDGED_IS_TERMINAL);
        assertThat(Checker.check(facts, LEASE).lost()).isEqualTo(1);
    }

    @Test
    void acknowledgedJobThatCannotBeRead_isAFault() {
        facts.add(new Missing(at(5), JOB));

        assertThat(broken()).containsExactly(Rule.READS_FOLLOW_WRITES);
    }

    @Test
    void keyAcknowledgedWithTwoJobs_isDoubled() {
        facts.add(new Acknowledged(at(4), "k1", "j2", false));

        assertThat(broken()).contains(Rule.ONE_JOB_PER_KEY);
        assertThat(Checker.check(facts, LEASE).doubled()).isEqualTo(1);
    }

    @Test
    void keyThatIsOnASecondJobNobodyWasToldOf_isDoubled() {
        facts.add(
                new JobSeen(
                        new Job(
                                "j2",
                                "k1",
                                false,
                                "FAILED",
                                1,
                                1,
                                1,
                                3,
                                0,
                                List.of(),
                                List.of(new Event(1, "submitted", "FAILED", 0, true)),
                                "")));

        assertThat(broken()).containsExactly(Rule.ONE_JOB_PER_KEY);
    }

    @Test
    void refusedJobThatIsThere_isAFault() {
        facts.removeIf(fact -> fact instanceof Acknowledged || fact instanceof Unknown);
        facts.add(new Refused(at(2), "k1", 429));

        assertThat(broken()).containsExactly(Rule.REFUSED_IS_ABSENT);
    }

    @Test
    void refusedJobThatIsAbsent_isCounted() {
        facts.add(new Sent(at(2), "k2"));
        facts.add(new Refused(at(2), "k2", 429));

        Verdict verdict = Checker.check(facts, LEASE);

        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.refused()).isEqualTo(1);
    }

    @Test
    void secondEndInARound_isASecondResult() {
        Event again = new Event(4, "attempt-ended", "SUCCEEDED", 2, true);
        replaceJob(job(SUBMITTED, LOST, ENDED, again));

        assertThat(broken()).contains(Rule.ONE_RESULT);
    }

    @Test
    void twoSuccessfulAttempts_areTwoResults() {
        Job right = job(SUBMITTED, LOST, ENDED);
        replaceJob(
                new Job(
                        JOB,
                        "k1",
                        true,
                        "SUCCEEDED",
                        1,
                        2,
                        3,
                        3,
                        0,
                        List.of(
                                new Attempt(1, "w1", "SUCCEEDED"),
                                new Attempt(2, "w2", "SUCCEEDED")),
                        right.events(),
                        right.stdout()));

        assertThat(broken()).containsExactly(Rule.ONE_RESULT);
    }

    @Test
    void successThatNeverRan_isAFault() {
        facts.removeIf(fact -> fact instanceof Started || fact instanceof Finished);

        assertThat(broken()).containsExactly(Rule.RESULT_RAN);
    }

    @Test
    void successThatNeverFinished_isAFault() {
        facts.removeIf(Finished.class::isInstance);

        assertThat(broken()).containsExactly(Rule.RESULT_RAN);
    }

    @Test
    void outputOfAnotherExecution_isAFault() {
        replaceJob(job("SUCCEEDED", Task.output(first()), SUBMITTED, LOST, ENDED));

        assertThat(broken()).containsExactly(Rule.RESULT_RAN);
    }

    @Test
    void attemptThatStartsTwice_isDoubled() {
        facts.add(new Started(at(5), new Execution(JOB, 0, 1, "w1", 101), 0));

        assertThat(broken()).containsExactly(Rule.STARTS_ONCE);
    }

    @Test
    void secondStartOfATaskWithoutRestarts_isDoubled() {
        Job right = job(SUBMITTED, LOST, ENDED);
        replaceJob(
                new Job(
                        JOB,
                        "k1",
                        true,
                        "SUCCEEDED",
                        1,
                        2,
                        3,
                        0,
                        0,
                        right.attempts(),
                        right.events(),
                        right.stdout()));

        assertThat(broken()).containsExactly(Rule.STARTS_ONCE);
    }

    @Test
    void executionOfNoJob_isUnknown() {
        facts.add(new Started(at(5), new Execution("ghost", 0, 1, "w1", 101), 0));

        assertThat(broken()).containsExactly(Rule.EXECUTION_IS_KNOWN);
    }

    @Test
    void executionOnAWorkerThatNeverHeldTheAttempt_isUnknown() {
        facts.remove(new Started(at(4), first(), 0));
        facts.add(new Started(at(4), new Execution(JOB, 0, 1, "w3", 100), 0));

        assertThat(broken()).containsExactly(Rule.EXECUTION_IS_KNOWN);
    }

    @Test
    void startLongAfterTheEndWasTold_isAFault() {
        facts.add(new EndSeen(at(4), JOB, 1, "SUCCEEDED"));
        facts.remove(new EndSeen(at(13), JOB, 1, "SUCCEEDED"));
        facts.remove(new Started(at(10), second(), 0));
        facts.remove(new Finished(at(12), second()));
        facts.add(new Started(at(35), second(), 0));
        facts.add(new Finished(at(36), second()));

        assertThat(broken()).containsExactly(Rule.NO_START_AFTER_END);
    }

    @Test
    void endThatChangesInARound_isAFault() {
        facts.add(new EndSeen(at(14), JOB, 1, "FAILED"));

        assertThat(broken()).containsExactly(Rule.END_IS_FINAL);
    }

    @Test
    void gapInTheEvents_isAFault() {
        replaceJob(job(SUBMITTED, new Event(3, "attempt-ended", "SUCCEEDED", 2, true)));

        assertThat(broken()).containsExactly(Rule.EVENTS_ARE_DENSE);
    }

    @Test
    void repeatedEvent_isAFault() {
        replaceJob(job(SUBMITTED, SUBMITTED, ENDED));

        assertThat(broken()).containsExactly(Rule.EVENTS_ARE_DENSE);
    }

    @Test
    void eventAfterTheTerminalOne_isAFault() {
        Event end = new Event(2, "attempt-ended", "SUCCEEDED", 2, true);
        replaceJob(job(SUBMITTED, end, new Event(3, "started", "RUNNING", 2, false)));

        assertThat(broken()).containsExactly(Rule.EVENTS_ARE_DENSE);
    }

    @Test
    void endWithoutItsEvent_isAFault() {
        replaceJob(job(SUBMITTED, LOST));

        assertThat(broken()).containsExactly(Rule.EVENTS_ARE_DENSE);
    }

    @Test
    void epochThatDoesNotRise_isAFault() {
        facts.add(new Led(at(20), 2, "m3"));

        assertThat(broken()).containsExactly(Rule.EPOCHS_RISE);
    }

    @Test
    void commitOfAnOlderEpoch_isAFault() {
        facts.add(new Committed(3, 1, "m1"));

        assertThat(broken()).containsExactly(Rule.EPOCHS_RISE);
    }

    @Test
    void commitOfAMasterThatDoesNotLead_isAFault() {
        facts.add(new Committed(3, 2, "m1"));

        assertThat(broken()).containsExactly(Rule.EPOCHS_RISE);
    }

    @Test
    void whatIsLeftOver_isAFault() {
        facts.add(new Left("process 4711"));

        assertThat(broken()).containsExactly(Rule.NOTHING_LEFT);
    }
}
