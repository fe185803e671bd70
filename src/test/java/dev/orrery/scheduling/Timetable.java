package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
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
import dev.orrery.scheduling.policy.Rules;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A leader with a schedule, and how tests speak to both. */
abstract class Timetable {

    static final ScheduleId ID = new ScheduleId(new UUID(7, 1));
    static final Duration MINUTE = Duration.ofMinutes(1);

    final Leader leader = Leader.standard();

    /** A schedule in the making: every minute, one job for all that was missed. */
    static final class Wish {
        String cron = "* * * * *";
        Misfire misfire = Misfire.ONCE;
        Overlap overlap = Overlap.ALLOW;
        Optional<Instant> start = Optional.empty();
        Optional<Instant> end = Optional.empty();
        JobSpec job = Sample.spec().make();
        String name = "nightly";

        ScheduleSpec make() {
            return new ScheduleSpec(
                    name, Cron.parse(cron), ZoneOffset.UTC, job, misfire, overlap, start, end);
        }
    }

    void create(Wish wish) {
        assertThat(create(ID, wish)).isEqualTo(new SchedulerReply.Done());
    }

    SchedulerReply create(ScheduleId id, Wish wish) {
        return ask(request(id, new ScheduleWish.Create(wish.make())));
    }

    SchedulerReply wish(ScheduleWish wish) {
        return ask(request(ID, wish));
    }

    static SchedulerRequest request(ScheduleId id, ScheduleWish wish) {
        return new SchedulerRequest.OfSchedule(id, wish, "me");
    }

    SchedulerReply ask(SchedulerRequest request) {
        return leader.step(new Input.Asked(1, request)).effects().stream()
                .filter(Effect.Reply.class::isInstance)
                .map(effect -> ((Effect.Reply) effect).reply())
                .findFirst()
                .orElseThrow();
    }

    static ProblemCode refusal(SchedulerReply reply) {
        return ((SchedulerReply.Refused) reply).problem().code();
    }

    void tick() {
        leader.step(new Input.Tick());
    }

    void tickAfter(Duration time) {
        leader.advance(time);
        tick();
    }

    Schedule schedule() {
        return leader.state().schedules().all().getFirst();
    }

    ScheduleProgress progress() {
        return schedule().progress();
    }

    List<JobEvent.Submitted> submissions() {
        List<JobEvent.Submitted> found = new ArrayList<>();
        for (JobId job : leader.store().jobs()) {
            if (leader.store().history(job).getFirst().change() instanceof JobEvent.Submitted it) {
                found.add(it);
            }
        }
        return found;
    }

    List<JobSpec> specs() {
        return submissions().stream().map(JobEvent.Submitted::spec).toList();
    }

    /** The moments that fired by their time, in seconds since the start. */
    List<Long> fired() {
        List<Long> moments = new ArrayList<>();
        for (JobId job : leader.store().jobs()) {
            JobEvent first = leader.store().history(job).getFirst();
            if (first.change() instanceof JobEvent.Submitted it) {
                String text = it.spec().environment().get("ORRERY_SCHEDULED_FOR");
                if (text != null && job.value().version() == 7) {
                    moments.add(Duration.between(Sample.START, Instant.parse(text)).toSeconds());
                }
            }
        }
        return moments;
    }

    static Rules rules(long queueMax) {
        Rules usual = Sample.RULES;
        return new Rules(
                usual.lease(),
                queueMax,
                usual.taskMax(),
                usual.prefetchBelow(),
                usual.prefetchMax(),
                usual.idempotencyTtl(),
                usual.sharing());
    }
}
