package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.chaos.Fact.Acknowledged;
import dev.orrery.chaos.Fact.Attempt;
import dev.orrery.chaos.Fact.CancelAcknowledged;
import dev.orrery.chaos.Fact.EndSeen;
import dev.orrery.chaos.Fact.Event;
import dev.orrery.chaos.Fact.Execution;
import dev.orrery.chaos.Fact.Finished;
import dev.orrery.chaos.Fact.Healed;
import dev.orrery.chaos.Fact.Injected;
import dev.orrery.chaos.Fact.Job;
import dev.orrery.chaos.Fact.Started;

import org.junit.jupiter.api.Test;

import java.util.List;

/** The rules of executions side by side and after a cancel, with the one excuse that there is. */
final class CheckerOverlapTest extends SampleHistory {
    @Test
    void startBesideALivingProcess_overlaps() {
        facts.remove(new Started(at(10), second(), 0));
        facts.add(new Started(at(10), second(), 1));

        assertThat(broken()).containsExactly(Rule.NO_OVERLAP);
        assertThat(Checker.check(facts, LEASE).doubled()).isEqualTo(1);
    }

    @Test
    void startBeforeTheEndOfAnother_overlaps() {
        facts.add(new Finished(at(11), first()));

        assertThat(broken()).containsExactly(Rule.NO_OVERLAP);
    }

    @Test
    void firstStartBesideOneThatWroteNothing_overlaps() {
        facts.remove(new Started(at(4), first(), 0));
        facts.add(new Started(at(4), first(), 1));

        assertThat(broken()).containsExactly(Rule.NO_OVERLAP);
    }

    /** Lets the second execution begin then, beside a living process of another one. */
    private void overlapAt(int seconds) {
        facts.removeIf(EndSeen.class::isInstance);
        facts.remove(new Started(at(10), second(), 0));
        facts.remove(new Finished(at(12), second()));
        facts.add(new Started(at(seconds), second(), 1));
        facts.add(new Finished(at(seconds + 2), second()));
    }

    private void freeze(String worker, int from, int until) {
        facts.add(new Injected(at(from), Executions.FREEZE, worker));
        facts.add(new Healed(at(until), Executions.FREEZE, worker));
    }

    @Test
    void overlapWithAFrozenMachine_isCountedApart() {
        overlapAt(36);
        freeze("w1", 5, 40);

        Verdict verdict = Checker.check(facts, LEASE);

        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.asleep()).isEqualTo(1);
    }

    @Test
    void overlapWithAMachineThatStaysFrozen_isCountedApart() {
        overlapAt(36);
        facts.add(new Injected(at(5), Executions.FREEZE, "w1"));

        assertThat(broken()).isEmpty();
    }

    @Test
    void overlapWhileAnotherMachineIsFrozen_isNoExcuse() {
        overlapAt(36);
        freeze("w3", 5, 40);

        assertThat(broken()).containsExactly(Rule.NO_OVERLAP);
    }

    @Test
    void overlapOfOneThatIsFrozenAndOneThatIsNot_isNoExcuse() {
        Execution third = new Execution(JOB, 0, 3, "w3", 300);
        facts.add(new Started(at(50), third, 1));
        freeze("w2", 11, 60);
        facts.removeIf(fact -> fact instanceof Finished || fact instanceof EndSeen);
        facts.add(new Finished(at(52), third));
        replaceJob(
                new Job(
                        JOB,
                        "k1",
                        true,
                        "SUCCEEDED",
                        1,
                        3,
                        3,
                        3,
                        0,
                        List.of(
                                new Attempt(1, "w1", "LOST"),
                                new Attempt(2, "w2", "LOST"),
                                new Attempt(3, "w3", "SUCCEEDED")),
                        List.of(SUBMITTED, LOST, ENDED),
                        Task.output(third)));

        assertThat(broken()).containsExactly(Rule.NO_OVERLAP);
    }

    @Test
    void overlapLongAfterAFreeze_isNoExcuse() {
        overlapAt(60);
        freeze("w1", 5, 40);

        assertThat(broken()).containsExactly(Rule.NO_OVERLAP);
    }

    @Test
    void overlapInAFreezeThatIsShorterThanTheLease_isNoExcuse() {
        overlapAt(10);
        freeze("w1", 5, 11);

        assertThat(broken()).containsExactly(Rule.NO_OVERLAP);
    }

    @Test
    void cancelledJobThatStaysQueued_isAFault() {
        facts.removeIf(Acknowledged.class::isInstance);
        facts.add(new CancelAcknowledged(at(5), JOB));
        facts.removeIf(EndSeen.class::isInstance);
        replaceJob(job("QUEUED", "", SUBMITTED, LOST));

        assertThat(broken()).containsExactly(Rule.CANCEL_ENDS);
    }

    @Test
    void cancelledJobThatIsGone_isAFault() {
        facts.removeIf(fact -> true);
        facts.add(new CancelAcknowledged(at(5), JOB));

        assertThat(broken()).containsExactly(Rule.CANCEL_ENDS);
    }

    @Test
    void cancelledJobThatSucceeds_isAFault() {
        facts.add(new CancelAcknowledged(at(5), JOB));

        assertThat(broken()).containsExactly(Rule.CANCEL_ENDS);
    }

    /** Lets the job end as cancelled, after a second execution that began then. */
    private void cancelledAfterAStartAt(int seconds) {
        facts.add(new CancelAcknowledged(at(5), JOB));
        facts.removeIf(fact -> fact instanceof EndSeen || fact instanceof Finished);
        facts.remove(new Started(at(10), second(), 0));
        facts.add(new Started(at(seconds), second(), 0));
        Event cancelled = new Event(3, "attempt-ended", "CANCELLED", 2, true);
        replaceJob(job("CANCELLED", "", SUBMITTED, LOST, cancelled));
    }

    @Test
    void startLongAfterTheCancelWasAcknowledged_isAFault() {
        cancelledAfterAStartAt(36);

        assertThat(broken()).containsExactly(Rule.CANCEL_ENDS);
    }

    @Test
    void startSoonAfterTheCancelWasAcknowledged_isNone() {
        cancelledAfterAStartAt(10);

        assertThat(broken()).isEmpty();
    }

    @Test
    void overlapWithAMachineThatWasFrozenBefore_isNoExcuse() {
        facts.add(new Injected(at(1), Executions.FREEZE, "w1"));
        facts.add(new Healed(at(3), Executions.FREEZE, "w1"));
        facts.add(new Finished(at(11), first()));

        assertThat(broken()).containsExactly(Rule.NO_OVERLAP);
    }
}
