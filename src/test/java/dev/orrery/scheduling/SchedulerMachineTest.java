package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.JobSpec;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.LoadedState.EndedJob;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.scheduling.memory.EndedJobs;
import dev.orrery.scheduling.policy.PriorityKey;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The machine's own duties: its pace, its bounds, and what it refuses to take in. */
final class SchedulerMachineTest {

    @Test
    void wake_comesWithTheNextAlarmButWithinASecond() {
        Leader leader = Leader.standard();
        assertThat(leader.wakeAfter()).isEqualTo(Duration.ofSeconds(1));

        submit(leader, 1, Sample.spec().notBefore(Sample.START.plusMillis(300)).make());
        assertThat(leader.wakeAfter()).isEqualTo(Duration.ofMillis(300));

        leader.advance(Duration.ofMillis(400));
        assertThat(leader.wakeAfter()).isEqualTo(Duration.ZERO);

        leader.step(new Input.Tick());
        submit(leader, 2, Sample.spec().notBefore(leader.wall().plusSeconds(9)).make());
        assertThat(leader.wakeAfter()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void thousandsOfDeadlinesAtOnce_passInStepsBeforeAnythingStarts() {
        Stage stage = new Stage();
        int jobs = 2_500;
        stage.take("rules queue-max=" + jobs);
        for (int i = 0; i < jobs; i++) {
            stage.take("submit J" + i + " deadline=+10s");
        }

        List<String> firstStep = stage.take("wait 10s");
        List<String> secondStep = stage.take("hello w1");

        assertThat(firstStep).hasSize(2_000).allMatch(it -> it.contains("EXPIRED"));
        assertThat(stage.leader().wakeAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(secondStep).filteredOn(it -> it.contains("EXPIRED")).hasSize(500);
        assertThat(secondStep).noneMatch(it -> it.contains("ASSIGNED"));
    }

    /** What was sent in it counts as sent for the worker, so that nothing would come through. */
    @Test
    void sessionOfAWorkerThatLeft_isNotOpenedAgainByALateCopyOfItsHello() {
        Stage stage = new Stage();
        stage.all("hello w1 session=3", "wait 31s");

        assertThat(stage.take("hello w1 session=3")).containsExactly("answer say hello to epoch 1");
        assertThat(stage.take("hello w1 session=2")).containsExactly("answer say hello to epoch 1");
        assertThat(stage.take("submit A")).noneMatch(it -> it.contains("ASSIGNED"));

        assertThat(stage.take("hello w1 session=4")).anyMatch(it -> it.contains("welcome"));
    }

    @Test
    void earlierLifeOfAWorkerThatLeft_doesNotComeBack() {
        Stage stage = new Stage();
        stage.all("hello w1 incarnation=7", "wait 31s");

        assertThat(stage.take("hello w1 incarnation=6")).containsExactly("answer superseded");
        assertThat(stage.take("hello w1 incarnation=8")).anyMatch(it -> it.contains("welcome"));
    }

    @Test
    void gapInTheEvents_isRefused() {
        LiveJob job =
                LiveJob.opened(
                        event(1, new JobEvent.Submitted(Sample.spec().make(), 1, Optional.empty())),
                        new PriorityKey(0, 0, 0));
        JobEvent third =
                event(
                        3,
                        new JobEvent.Ended(
                                TaskRange.single(Sample.job(1)),
                                TaskStatus.CANCELLED,
                                "cancelled"));

        assertThatThrownBy(() -> job.apply(third))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("event 2 is missing before");
    }

    @Test
    void changeOfAJobThatIsNotLive_isRefused() {
        Leader leader = Leader.standard();
        Draft draft = new Draft(leader.state(), leader.now());

        assertThatThrownBy(() -> draft.job(Sample.job(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("not a live job");
    }

    @Test
    void endedJobs_areForgottenOldestFirst() {
        EndedJobs jobs = new EndedJobs();
        int oneMoreThanKept = LoadedState.ENDED_MAX + 1;
        for (int i = 1; i <= oneMoreThanKept; i++) {
            jobs.add(new EndedJob(Sample.job(i), i, 2));
        }

        assertThat(jobs.find(Sample.job(1))).isEmpty();
        assertThat(jobs.find(Sample.job(2))).contains(new EndedJob(Sample.job(2), 2, 2));
        assertThat(jobs.find(Sample.job(oneMoreThanKept))).isPresent();
    }

    @Test
    void retryOfARemovedJob_thatWasOnItsWay_isRefused() {
        Stage stage = new Stage();
        stage.all("hello w1", "submit A", "cancel A", "not-started w1 A@1");
        List<JobEvent> events = List.copyOf(stage.leader().store().history(Sample.job(1)));
        stage.all("purge A");

        Decision decision =
                stage.leader()
                        .step(
                                new Input.Asked(
                                        1,
                                        new SchedulerRequest.Retry(
                                                Sample.job(1), events, "alice")));

        assertThat(decision.events()).isEmpty();
        assertThat(decision.effects())
                .singleElement()
                .isInstanceOfSatisfying(
                        Effect.Reply.class,
                        it ->
                                assertThat(((SchedulerReply.Refused) it.reply()).problem().code())
                                        .isEqualTo(ProblemCode.NOT_FOUND));
    }

    @Test
    void history_ofEveryKindOfEvent_givesTheNextRoundItsNumbers() {
        Stage stage = new Stage();
        stage.all("hello w1", "submit A retries=1 not-before=1s", "wait 1s", "not-started w1 A@1");
        stage.all("heartbeat w1", "started w1 A@2", "ended w1 A@2 exit=1", "wait 1s");
        stage.all("cancel A", "not-started w1 A@3", "retry A", "cancel A", "not-started w1 A@4");
        List<JobEvent> events = new ArrayList<>(stage.leader().store().history(Sample.job(1)));

        assertThat(JobHistory.of(events))
                .contains(
                        new JobHistory(
                                ((JobEvent.Submitted) events.getFirst().change()).spec(),
                                1,
                                2,
                                4,
                                events.size()));
        assertThat(JobHistory.of(List.of())).isEmpty();
    }

    /** The second is the first again, and the third a different one under the first one's key. */
    @Test
    void submissionsTogether_areDecidedOneAfterTheOtherAndAnsweredAtOnce() {
        Leader leader = Leader.standard();
        JobSpec spec = Sample.spec().make();
        Optional<IdempotencyKey> key = Optional.of(new IdempotencyKey("k", "hash"));
        Optional<IdempotencyKey> other = Optional.of(new IdempotencyKey("k", "other"));
        SchedulerRequest.SubmitMany many =
                new SchedulerRequest.SubmitMany(
                        List.of(
                                new SchedulerRequest.Submit(Sample.job(1), spec, key),
                                new SchedulerRequest.Submit(Sample.job(2), spec, key),
                                new SchedulerRequest.Submit(Sample.job(3), spec, other),
                                new SchedulerRequest.Submit(
                                        Sample.job(4), spec, Optional.empty())));

        Decision decision = leader.step(new Input.Asked(9, many));

        assertThat(decision.effects()).hasSize(1);
        Effect.Reply reply = (Effect.Reply) decision.effects().getFirst();
        List<SchedulerReply.Verdict> each = ((SchedulerReply.Verdicts) reply.reply()).each();
        assertThat(reply.replyTo()).isEqualTo(9);
        assertThat(each.get(0)).isEqualTo(new SchedulerReply.Accepted(Sample.job(1), 1, false));
        assertThat(each.get(1)).isEqualTo(new SchedulerReply.Accepted(Sample.job(1), 1, true));
        assertThat(((SchedulerReply.Refused) each.get(2)).problem().code())
                .isEqualTo(ProblemCode.IDEMPOTENCY_MISMATCH);
        assertThat(each.get(3)).isEqualTo(new SchedulerReply.Accepted(Sample.job(4), 2, false));
        assertThat(decision.events()).hasSize(2);
    }

    private static void submit(Leader leader, int job, JobSpec spec) {
        leader.step(
                new Input.Asked(
                        1, new SchedulerRequest.Submit(Sample.job(job), spec, Optional.empty())));
    }

    private static JobEvent event(long seq, JobEvent.Change change) {
        return new JobEvent(Sample.job(1), seq, Sample.START, TaskStatus.QUEUED, change);
    }
}
