package dev.orrery.simulation;

import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.schedule.Cron;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.model.schedule.ScheduleSpec.Misfire;
import dev.orrery.model.schedule.ScheduleSpec.Overlap;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.SchedulerRequest.ScheduleWish;
import dev.orrery.scheduling.Sample;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * Somebody who makes schedules, pauses, resumes, triggers and deletes them, through any master. Not
 * in every world: with the same seed the others play as they did before there were schedules.
 */
final class Planner {

    private static final long PATIENCE = 8 * Dice.SECOND;
    private static final int SCHEDULES_MAX = 4;
    private static final int TRIES_MAX = 60;

    /** All missed moments are made up for, so few come in the minutes of a clock that jumps. */
    private static final List<String> SELDOM = List.of("*/30 * * * * *", "* * * * *");

    private static final List<String> OFTEN =
            List.of("*/5 * * * * *", "3,4,30-40/5 * * * * *", "*/20 * * * * *");

    private final World world;
    private final Host host;
    private final Dice dice;
    private int made;

    Planner(World world, Host host, Dice dice) {
        this.world = world;
        this.host = host;
        this.dice = dice;
    }

    /** Does something now and then until a time. */
    void work(long until) {
        host.after(
                dice.skewed(Dice.SECOND / 2, 15 * Dice.SECOND),
                () -> {
                    if (world.agenda.now() < until) {
                        act();
                        work(until);
                    }
                });
    }

    private void act() {
        List<Schedule> known = world.store.durable.schedules();
        if (known.isEmpty() || (made < SCHEDULES_MAX && dice.chance(0.4))) {
            ScheduleId id = new ScheduleId(world.newJob().value());
            ask(id, new ScheduleWish.Create(spec()), 0);
            return;
        }
        ScheduleId id = dice.pick(known).id();
        switch (dice.below(6)) {
            case 0 -> ask(id, new ScheduleWish.Pause(), 0);
            case 1, 2 -> ask(id, new ScheduleWish.Resume(), 0);
            case 3, 4 -> ask(id, new ScheduleWish.Trigger(world.newJob()), 0);
            default -> ask(id, new ScheduleWish.Delete(), 0);
        }
    }

    private ScheduleSpec spec() {
        made++;
        Misfire misfire = dice.pick(List.of(Misfire.values()));
        JobSpec job =
                Sample.spec()
                        .resources(Sample.cpus(1))
                        .retry(new RetryRule(1, 3, Duration.ofSeconds(1), Duration.ofSeconds(5)))
                        .make();
        return new ScheduleSpec(
                "s" + made,
                Cron.parse(dice.pick(misfire == Misfire.ALL ? SELDOM : OFTEN)),
                ZoneId.of("Europe/Berlin"),
                job,
                misfire,
                dice.pick(List.of(Overlap.values())),
                Optional.empty(),
                Optional.empty());
    }

    /** Asks, and asks again with the same id where nobody answers. */
    private void ask(ScheduleId id, ScheduleWish wish, int tries) {
        Master master = world.anyMaster();
        world.network.<Message>request(
                host,
                master.life(),
                reply ->
                        Client.forward(
                                master,
                                new SchedulerRequest.OfSchedule(id, wish, host.name),
                                reply),
                PATIENCE,
                new Network.Answer<>() {
                    @Override
                    public void came(Message value) {
                        answered(id, wish, value);
                    }

                    @Override
                    public void missing() {
                        if (tries < TRIES_MAX) {
                            host.after(Dice.SECOND, () -> ask(id, wish, tries + 1));
                        }
                    }
                });
    }

    /** What was promised is durable. */
    private void answered(ScheduleId id, ScheduleWish wish, Message reply) {
        if (reply instanceof SchedulerReply.Accepted it) {
            world.count("triggered");
            world.witness.accepted(it.job(), Optional.empty());
        } else if (reply instanceof SchedulerReply.Done) {
            world.count("schedule changed");
            world.witness.schedules().promised(id, wish);
        }
    }

    /** Ends all schedules, so that the world can come to rest. */
    void deleteAll() {
        for (Schedule schedule : world.store.durable.schedules()) {
            ask(schedule.id(), new ScheduleWish.Delete(), 0);
        }
    }
}
