package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobId;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleSpec.Overlap;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.SchedulerRequest.ScheduleWish;
import dev.orrery.scheduling.policy.Policies;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What follows when somebody asks for something about a schedule. */
final class ScheduleRequestTest extends Timetable {

    @Test
    void pausedSchedule_doesNotFireNorMakeUpForIt() {
        create(new Wish());
        assertThat(wish(new ScheduleWish.Pause())).isEqualTo(new SchedulerReply.Done());

        tickAfter(Duration.ofSeconds(5 * 60 + 30));
        leader.crash();
        tick();
        assertThat(fired()).isEmpty();

        wish(new ScheduleWish.Resume());
        tick();
        tickAfter(Duration.ofSeconds(30));
        assertThat(fired()).containsExactly(6 * 60L);
    }

    @Test
    void pauseAndResumeTwice_changeNothingTheSecondTime() {
        create(new Wish());

        wish(new ScheduleWish.Resume());
        wish(new ScheduleWish.Pause());
        Schedule paused = schedule();
        wish(new ScheduleWish.Pause());

        assertThat(schedule()).isEqualTo(paused);
    }

    @Test
    void deletedSchedule_firesNoMoreAndFreesItsName() {
        create(new Wish());
        assertThat(wish(new ScheduleWish.Delete())).isEqualTo(new SchedulerReply.Done());
        assertThat(wish(new ScheduleWish.Delete())).isEqualTo(new SchedulerReply.Done());

        tickAfter(MINUTE);
        assertThat(fired()).isEmpty();

        ScheduleId other = new ScheduleId(new UUID(7, 2));
        assertThat(create(other, new Wish())).isEqualTo(new SchedulerReply.Done());
        tickAfter(MINUTE);
        assertThat(fired()).containsExactly(120L);
    }

    @Test
    void creationThatComesASecondTime_changesNothing() {
        create(new Wish());
        Schedule first = schedule();
        leader.advance(MINUTE.dividedBy(2));

        assertThat(create(ID, new Wish())).isEqualTo(new SchedulerReply.Done());
        assertThat(schedule()).isEqualTo(first);

        wish(new ScheduleWish.Delete());
        leader.crash();
        assertThat(refusal(create(ID, new Wish()))).isEqualTo(ProblemCode.NOT_FOUND);
        assertThat(leader.state().schedules().all()).isEmpty();
    }

    @Test
    void nameThatIsTaken_isRefusedInItsNamespaceAlone() {
        create(new Wish());
        ScheduleId other = new ScheduleId(new UUID(7, 2));

        assertThat(refusal(create(other, new Wish()))).isEqualTo(ProblemCode.CONFLICT);
        Wish elsewhere = new Wish();
        elsewhere.job = Sample.spec().namespace("elsewhere").make();
        assertThat(create(other, elsewhere)).isEqualTo(new SchedulerReply.Done());
    }

    @Test
    void scheduleThatWouldNeverFire_isRefused() {
        Wish wish = new Wish();
        wish.end = Optional.of(Sample.START.plusSeconds(60));

        assertThat(refusal(create(ID, wish))).isEqualTo(ProblemCode.INVALID_VALUE);
    }

    @Test
    void trigger_submitsTheJobNowAndCountsApart() {
        create(new Wish());
        JobId job = Sample.job(9);

        SchedulerReply first = wish(new ScheduleWish.Trigger(job));
        SchedulerReply again = wish(new ScheduleWish.Trigger(job));

        assertThat(first).isEqualTo(new SchedulerReply.Accepted(job, 1, false));
        assertThat(again).isEqualTo(first);
        assertThat(leader.store().jobs()).containsExactly(job);
        assertThat(progress().triggered()).isEqualTo(1);
        assertThat(progress().fired()).isZero();
        assertThat(progress().lastJob()).contains(job);
    }

    @Test
    void triggerWhileTheLastJobRuns_isRefusedWhereThatIsForbidden() {
        Wish wish = new Wish();
        wish.overlap = Overlap.FORBID;
        create(wish);
        wish(new ScheduleWish.Trigger(Sample.job(9)));

        assertThat(refusal(wish(new ScheduleWish.Trigger(Sample.job(10)))))
                .isEqualTo(ProblemCode.CONFLICT);
        tickAfter(MINUTE);
        assertThat(fired()).isEmpty();
    }

    @Test
    void scheduleThatIsNotThere_isNotFound() {
        for (ScheduleWish wish :
                List.of(
                        new ScheduleWish.Pause(),
                        new ScheduleWish.Resume(),
                        new ScheduleWish.Delete(),
                        new ScheduleWish.Trigger(Sample.job(1)))) {
            assertThat(refusal(wish(wish))).isEqualTo(ProblemCode.NOT_FOUND);
        }
        assertThat(leader.store().jobs()).isEmpty();
    }

    @Test
    void jobThatNoWorkerMayEverRun_isRefusedAtOnce() {
        Wish wish = new Wish();
        wish.job = Sample.spec().resources(Sample.cpus(1_000_000)).make();

        assertThat(refusal(create(ID, wish))).isEqualTo(ProblemCode.IMPOSSIBLE_RESOURCES);
    }

    @Test
    void moreSchedulesThanTheBound_areRefused() {
        for (int i = 0; i < 10_000; i++) {
            Wish wish = new Wish();
            wish.name = "s" + i;
            create(new ScheduleId(new UUID(8, i)), wish);
        }

        assertThat(refusal(create(ID, new Wish()))).isEqualTo(ProblemCode.TOO_MANY);
        assertThat(leader.state().schedules().all()).hasSize(10_000);
    }

    @Test
    void triggerWithoutRoomInTheQueue_isRefused() {
        Leader small = new Leader(rules(0), Policies.standard());
        small.step(new Input.Asked(1, request(ID, new ScheduleWish.Create(new Wish().make()))));

        SchedulerRequest trigger = request(ID, new ScheduleWish.Trigger(Sample.job(9)));
        Decision decision = small.step(new Input.Asked(2, trigger));

        assertThat(decision.effects())
                .singleElement()
                .isInstanceOfSatisfying(
                        Effect.Reply.class,
                        it -> assertThat(refusal(it.reply())).isEqualTo(ProblemCode.TOO_MANY));
        assertThat(small.store().jobs()).isEmpty();
    }

    @Test
    void triggerAfterADeletion_isNotFound() {
        create(new Wish());
        wish(new ScheduleWish.Delete());

        assertThat(refusal(wish(new ScheduleWish.Trigger(Sample.job(9)))))
                .isEqualTo(ProblemCode.NOT_FOUND);
        assertThat(leader.store().jobs()).isEmpty();
    }
}
