package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleProgress;
import dev.orrery.model.schedule.ScheduleSpec.Misfire;
import dev.orrery.model.schedule.ScheduleSpec.Overlap;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.SchedulerRequest.ScheduleWish;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Rules;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What follows when the moment of a schedule comes, or passed while nobody led. Moments are told as
 * seconds since the start.
 */
final class ScheduleTest extends Timetable {

    @Test
    void moment_firesOnceWithALabelAndItsTime() {
        create(new Wish());

        tickAfter(MINUTE);
        tick();

        assertThat(fired()).containsExactly(60L);
        JobSpec spec = specs().getFirst();
        assertThat(spec.labels()).containsEntry("orrery.schedule", "nightly");
        assertThat(spec.environment())
                .containsEntry("ORRERY_SCHEDULED_FOR", Sample.START.plusSeconds(60).toString());
        assertThat(spec.name()).isEqualTo("sample");
        assertThat(leader.store().jobs()).containsExactly(ID.jobAt(Sample.START.plusSeconds(60)));
        assertThat(progress().lastFire().orElseThrow().job())
                .isEqualTo(ID.jobAt(Sample.START.plusSeconds(60)));
    }

    @Test
    void machine_wakesForTheNextMoment() {
        create(new Wish());
        leader.advance(MINUTE.minusMillis(300));

        assertThat(leader.wakeAfter()).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    void beforeTheMoment_nothingFires() {
        create(new Wish());

        tickAfter(MINUTE.minusMillis(1));

        assertThat(fired()).isEmpty();
    }

    @Test
    void leaderThatDiesBeforeTheCommit_leavesTheMomentToTheNext() {
        create(new Wish());
        leader.advance(MINUTE);

        leader.stepAndCrash(new Input.Tick());
        assertThat(fired()).isEmpty();
        tick();

        assertThat(fired()).containsExactly(60L);
    }

    @Test
    void leaderThatTakesOverAfterTheCommit_doesNotFireAgain() {
        create(new Wish());
        tickAfter(MINUTE);

        leader.crash();
        tick();

        assertThat(fired()).containsExactly(60L);
    }

    @Test
    void clockThatGoesBack_firesNoMomentTwice() {
        create(new Wish());
        tickAfter(MINUTE);

        leader.jump(Duration.ofSeconds(-90));
        tick();
        tickAfter(MINUTE);
        tickAfter(MINUTE);

        assertThat(fired()).containsExactly(60L);

        tickAfter(Duration.ofSeconds(30));
        assertThat(fired()).containsExactly(60L, 120L);
    }

    @Test
    void missedMoments_areLeftOutByTheSkipPolicy() {
        Wish wish = new Wish();
        wish.misfire = Misfire.SKIP;
        create(wish);

        tickAfter(Duration.ofSeconds(10 * 60 + 30));
        assertThat(fired()).isEmpty();
        assertThat(progress().skipped()).isEqualTo(10);

        tickAfter(Duration.ofSeconds(30));
        assertThat(fired()).containsExactly(11 * 60L);
    }

    @Test
    void missedMoments_areMadeUpForByOneJobByDefault() {
        create(new Wish());

        tickAfter(Duration.ofSeconds(10 * 60 + 30));
        tick();

        assertThat(fired()).containsExactly(10 * 60L);
        assertThat(progress().skipped()).isEqualTo(9);
        assertThat(progress().lastSkip())
                .contains(new ScheduleProgress.Skip(Sample.START.plusSeconds(9 * 60), "missed"));
    }

    @Test
    void momentOnTime_makesUpForTheMissedOnesToo() {
        create(new Wish());

        tickAfter(Duration.ofSeconds(10 * 60 + 2));

        assertThat(fired()).containsExactly(10 * 60L);
        assertThat(progress().skipped()).isEqualTo(9);
    }

    @Test
    void missedMoments_allFireByTheAllPolicy() {
        Wish wish = new Wish();
        wish.misfire = Misfire.ALL;
        create(wish);

        tickAfter(Duration.ofSeconds(4 * 60 + 30));
        tick();

        assertThat(fired()).containsExactly(60L, 120L, 180L, 240L);
        assertThat(progress().skipped()).isZero();
    }

    @Test
    void moreMissedMomentsThanAThousand_areLeftOutByTheAllPolicy() {
        Wish wish = new Wish();
        wish.misfire = Misfire.ALL;
        create(wish);

        tickAfter(Duration.ofHours(25).plusSeconds(30));
        tick();

        assertThat(fired()).hasSize(1_000).contains(60L, 60_000L).doesNotContain(60_060L);
        assertThat(progress().skipped()).isEqualTo(500);
        assertThat(progress().decidedTo()).isEqualTo(Sample.START.plusSeconds(1_500 * 60));
    }

    /** A year of seconds is found by halving, not walked. */
    @Test
    void yearOfMissedSeconds_makesOneJobForTheLast() {
        Wish wish = new Wish();
        wish.cron = "* * * * * *";
        create(wish);
        leader.jump(Duration.ofDays(365));
        leader.crash();

        tick();

        long now = Duration.ofDays(365).toSeconds();
        assertThat(fired()).containsExactly(now - 5, now - 4, now - 3, now - 2, now - 1, now);
        assertThat(progress().skipped()).isEqualTo(1_000);
    }

    @Test
    void missedSecondsOfAnEarlierHour_makeOneJobForTheLastOfThem() {
        Wish wish = new Wish();
        wish.cron = "* * 4 * * *";
        create(wish);
        Instant at = Instant.parse("2027-06-01T12:00:00Z");
        leader.jump(Duration.between(leader.wall(), at));

        tick();

        Instant last = Instant.parse("2027-06-01T04:59:59Z");
        assertThat(progress().lastFire().orElseThrow().scheduledFor()).isEqualTo(last);
        assertThat(progress().fired()).isEqualTo(1);
    }

    @Test
    void momentWhileTheLastJobRuns_isLeftOutWhereThatIsForbidden() {
        Wish wish = new Wish();
        wish.overlap = Overlap.FORBID;
        create(wish);

        tickAfter(MINUTE);
        tickAfter(MINUTE);
        assertThat(fired()).containsExactly(60L);
        assertThat(progress().lastSkip())
                .contains(new ScheduleProgress.Skip(Sample.START.plusSeconds(120), "overlap"));

        ask(new SchedulerRequest.Cancel(leader.store().jobs().getFirst(), "me"));
        tickAfter(MINUTE);
        assertThat(fired()).containsExactly(60L, 180L);
    }

    @Test
    void momentsOfOneTick_doNotOverlapEither() {
        Wish wish = new Wish();
        wish.overlap = Overlap.FORBID;
        wish.misfire = Misfire.ALL;
        create(wish);

        tickAfter(Duration.ofSeconds(3 * 60 + 30));

        assertThat(fired()).containsExactly(60L);
        assertThat(progress().skipped()).isEqualTo(2);
    }

    @Test
    void startAndEnd_boundTheMoments() {
        Wish wish = new Wish();
        wish.start = Optional.of(Sample.START.plusSeconds(180));
        wish.end = Optional.of(Sample.START.plusSeconds(300));
        create(wish);

        for (int minute = 1; minute < 8; minute++) {
            tickAfter(MINUTE);
        }

        assertThat(fired()).containsExactly(180L, 240L);
        assertThat(schedule().next()).isEmpty();
    }

    @Test
    void fullQueue_holdsTheMomentUntilThereIsRoom() {
        Leader small = new Leader(rules(1), Policies.standard());
        small.step(new Input.Asked(0, request(ID, new ScheduleWish.Create(new Wish().make()))));
        small.step(
                new Input.Asked(
                        1,
                        new SchedulerRequest.Submit(
                                Sample.job(1), Sample.spec().make(), Optional.empty())));

        small.advance(MINUTE);
        small.step(new Input.Tick());
        assertThat(small.store().jobs()).containsExactly(Sample.job(1));
        assertThat(small.wakeAfter()).isEqualTo(Duration.ofSeconds(1));

        small.step(new Input.Asked(2, new SchedulerRequest.Cancel(Sample.job(1), "me")));
        small.advance(Duration.ofSeconds(1));
        small.step(new Input.Tick());
        assertThat(small.store().jobs()).contains(ID.jobAt(Sample.START.plusSeconds(60)));
    }

    @Test
    void jobThatIsNotAllowedAnyMore_isLeftOut() {
        Wish wish = new Wish();
        wish.job = Sample.spec().resources(Sample.cpus(8)).make();
        create(wish);
        leader.advance(MINUTE);
        Rules usual = Sample.RULES;
        Rules narrower =
                new Rules(
                        usual.lease(),
                        usual.queueMax(),
                        Sample.cpus(4),
                        usual.prefetchBelow(),
                        usual.prefetchMax(),
                        usual.idempotencyTtl(),
                        usual.sharing());
        SchedulerMachine next =
                SchedulerMachine.load(
                        2,
                        narrower,
                        Policies.standard(),
                        leader.store().load(leader.now()),
                        leader.now());

        next.step(new Input.Tick(), leader.now());

        assertThat(next.state().jobs()).isEmpty();
        assertThat(next.state().schedules().all().getFirst().progress().lastSkip())
                .contains(new ScheduleProgress.Skip(Sample.START.plusSeconds(60), "refused"));
    }

    @Test
    void manySchedulesAtOnce_fireInSteps() {
        Leader large = new Leader(rules(10_000), Policies.standard());
        for (int i = 0; i < 1_200; i++) {
            Wish wish = new Wish();
            wish.name = "s" + i;
            ScheduleId id = new ScheduleId(new UUID(7, i));
            large.step(new Input.Asked(1, request(id, new ScheduleWish.Create(wish.make()))));
        }
        large.advance(MINUTE);

        large.step(new Input.Tick());
        assertThat(large.store().jobs()).hasSize(1_000);
        assertThat(large.wakeAfter()).isEqualTo(Duration.ZERO);

        large.step(new Input.Tick());
        assertThat(large.store().jobs()).hasSize(1_200);
        assertThat(large.wakeAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(large.state().nextNumber(Namespace.DEFAULT)).isEqualTo(1_201);
    }

    @Test
    void newLeader_knowsWhatTheOldOneKnew() {
        create(new Wish());
        tickAfter(MINUTE);
        wish(new ScheduleWish.Trigger(Sample.job(9)));

        List<Schedule> before = leader.state().schedules().all();
        leader.crash();

        assertThat(leader.state().schedules().all()).isEqualTo(before);
        assertThat(leader.state().schedules().nextAlarm()).contains(Sample.START.plusSeconds(120));
    }
}
