package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.schedule.Cron;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleProgress;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.model.schedule.ScheduleSpec.Misfire;
import dev.orrery.model.schedule.ScheduleSpec.Overlap;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.SchedulerRequest.ScheduleWish;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Rules;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What follows when the moment of a schedule comes, or passed while nobody led. Moments are told as
 * seconds since the start, and each test ends with nothing fired beside what it names.
 */
final class ScheduleTest {

    private static final ScheduleId ID = new ScheduleId(new UUID(7, 1));
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Leader leader = Leader.standard();

    /** A schedule in the making: every minute, one job for all that was missed. */
    private static final class Wish {
        private String cron = "* * * * *";
        private Misfire misfire = Misfire.ONCE;
        private Overlap overlap = Overlap.ALLOW;
        private Optional<Instant> start = Optional.empty();
        private Optional<Instant> end = Optional.empty();
        private JobSpec job = Sample.spec().make();
        private String name = "nightly";

        ScheduleSpec make() {
            return new ScheduleSpec(
                    name, Cron.parse(cron), ZoneOffset.UTC, job, misfire, overlap, start, end);
        }
    }

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
        assertThat(leader.store().jobs())
                .containsExactly(ID.jobAt(Sample.START.plusSeconds(60)));
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

        tickAfter(Duration.ofMinutes(1_500).plusSeconds(30));
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
    void jobThatNoWorkerMayEverRun_isRefusedAtOnce() {
        Wish wish = new Wish();
        wish.job = Sample.spec().resources(Sample.cpus(1_000_000)).make();

        assertThat(refusal(create(ID, wish))).isEqualTo(ProblemCode.IMPOSSIBLE_RESOURCES);
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
        assertThat(leader.state().nextAlarm()).contains(Sample.START.plusSeconds(120));
    }

    private void create(Wish wish) {
        assertThat(create(ID, wish)).isEqualTo(new SchedulerReply.Done());
    }

    private SchedulerReply create(ScheduleId id, Wish wish) {
        return ask(request(id, new ScheduleWish.Create(wish.make())));
    }

    private SchedulerReply wish(ScheduleWish wish) {
        return ask(request(ID, wish));
    }

    private static SchedulerRequest request(ScheduleId id, ScheduleWish wish) {
        return new SchedulerRequest.OfSchedule(id, wish, "me");
    }

    private SchedulerReply ask(SchedulerRequest request) {
        return leader.step(new Input.Asked(1, request)).effects().stream()
                .filter(Effect.Reply.class::isInstance)
                .map(effect -> ((Effect.Reply) effect).reply())
                .findFirst()
                .orElseThrow();
    }

    private static ProblemCode refusal(SchedulerReply reply) {
        return ((SchedulerReply.Refused) reply).problem().code();
    }

    private void tick() {
        leader.step(new Input.Tick());
    }

    private void tickAfter(Duration time) {
        leader.advance(time);
        tick();
    }

    private Schedule schedule() {
        return leader.state().schedules().all().getFirst();
    }

    private ScheduleProgress progress() {
        return schedule().progress();
    }

    private List<JobEvent.Submitted> submissions() {
        List<JobEvent.Submitted> found = new ArrayList<>();
        for (JobId job : leader.store().jobs()) {
            if (leader.store().history(job).getFirst().change() instanceof JobEvent.Submitted it) {
                found.add(it);
            }
        }
        return found;
    }

    private List<JobSpec> specs() {
        return submissions().stream().map(JobEvent.Submitted::spec).toList();
    }

    /** The moments that fired by their time, in seconds since the start. */
    private List<Long> fired() {
        List<Long> moments = new ArrayList<>();
        for (JobId job : leader.store().jobs()) {
            JobEvent first = leader.store().history(job).getFirst();
            if (first.change() instanceof JobEvent.Submitted it) {
                String text = it.spec().environment().get("ORRERY_SCHEDULED_FOR");
                if (text != null && job.value().version() == 7) {
                    moments.add(
                            Duration.between(Sample.START, Instant.parse(text)).toSeconds());
                }
            }
        }
        return moments;
    }

    private static Rules rules(long queueMax) {
        Rules usual = Sample.RULES;
        return new Rules(
                usual.lease(),
                queueMax,
                usual.taskMax(),
                usual.prefetchBelow(),
                usual.prefetchMax(),
                usual.idempotencyTtl());
    }
}
