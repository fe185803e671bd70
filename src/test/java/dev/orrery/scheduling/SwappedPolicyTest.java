package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.WorkerId;
import dev.orrery.scheduling.policy.Policies;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Each seam with another component in it. */
final class SwappedPolicyTest {

    private static final Policies STANDARD = Policies.standard();

    @Test
    void lastComeFirstServed_runsTheNewestFirst() {
        Stage stage =
                new Stage(
                        new Policies(
                                new OtherPolicies.LastComeFirstServed(),
                                STANDARD.queue(),
                                STANDARD.placement(),
                                STANDARD.pool(),
                                STANDARD.capacity(),
                                STANDARD.retry()));

        List<String> decided = stage.all("submit A", "submit B", "submit C", "hello w1");

        assertThat(decided).contains("event C 2 ASSIGNED: assigned C@1 to w1/1");
    }

    @Test
    void plainQueue_letsNothingPastItsHead() {
        Stage stage =
                new Stage(
                        new Policies(
                                STANDARD.prioritizer(),
                                OtherPolicies.PlainQueue::new,
                                STANDARD.placement(),
                                STANDARD.pool(),
                                STANDARD.capacity(),
                                STANDARD.retry()));

        stage.all("hello w1", "submit large cpus=2", "submit small", "submit smaller");

        assertThat(stage.take("explain small"))
                .containsExactly(
                        "reply small is QUEUED: other tasks go first; queue order: 1 ahead");
        assertThat(stage.take("cancel large"))
                .contains("event small 2 ASSIGNED: assigned small@1 to w1/1");
    }

    @Test
    void packPlacement_fillsOneWorkerBeforeTheNext() {
        Stage stage =
                new Stage(
                        new Policies(
                                STANDARD.prioritizer(),
                                STANDARD.queue(),
                                new OtherPolicies.PackPlacement(),
                                STANDARD.pool(),
                                STANDARD.capacity(),
                                STANDARD.retry()));

        List<String> decided =
                stage.all("hello w1 slots=3", "hello w2 slots=2", "submit A", "submit B");

        assertThat(decided)
                .contains(
                        "event A 2 ASSIGNED: assigned A@1 to w2/1",
                        "event B 2 ASSIGNED: assigned B@1 to w2/1");
    }

    @Test
    void hidingPool_givesItsHiddenWorkerNothing() {
        Stage stage =
                new Stage(
                        new Policies(
                                STANDARD.prioritizer(),
                                STANDARD.queue(),
                                STANDARD.placement(),
                                () -> new OtherPolicies.HidingPool(new WorkerId("w1")),
                                STANDARD.capacity(),
                                STANDARD.retry()));

        stage.all("hello w1", "submit A");

        assertThat(stage.take("explain A"))
                .containsExactly("reply A is QUEUED: no worker has joined the cluster");
        assertThat(stage.take("hello w2")).contains("event A 2 ASSIGNED: assigned A@1 to w2/1");
    }

    @Test
    void validatorWithoutShells_refusesAShellLine() {
        Stage stage =
                new Stage(
                        new Policies(
                                STANDARD.prioritizer(),
                                STANDARD.queue(),
                                STANDARD.placement(),
                                STANDARD.pool(),
                                new OtherPolicies.NoShells(),
                                STANDARD.retry()));

        assertThat(stage.take("submit A shell=ls")).containsExactly("reply refused INVALID_VALUE");
        assertThat(stage.take("submit A")).contains("event A 1 QUEUED: submitted as number 1");
    }

    @Test
    void policyThatNeverRetries_endsTheFirstFailure() {
        Stage stage =
                new Stage(
                        new Policies(
                                STANDARD.prioritizer(),
                                STANDARD.queue(),
                                STANDARD.placement(),
                                STANDARD.pool(),
                                STANDARD.capacity(),
                                new OtherPolicies.NeverAgain()));

        stage.all("hello w1", "submit A retries=9");

        assertThat(stage.take("ended w1 A@1 exit=1"))
                .contains(
                        "event A 3 FAILED: ended A@1 on w1, exit 1, over FAILED once",
                        "answer acknowledged 1");
    }
}
