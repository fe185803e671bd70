package dev.orrery.simulation;

import dev.orrery.simulation.Fault.Kind;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of a plan: a safety phase with faults, then a liveness phase without. */
final class Run {

    /** After the last fault something durable happens at least so often: a lease and a long run. */
    private static final long PROGRESS_WITHIN = 100 * Dice.SECOND;

    private static final long LEADER_WITHIN = 15 * Dice.SECOND;
    private static final long PROBE_AFTER = 20 * Dice.SECOND;
    private static final long CANCEL_CHECK_AFTER = 30 * Dice.SECOND;

    private Run() {}

    /**
     * What came of it.
     *
     * @param failure the promise that was broken
     * @param played how many events there were
     * @param counts takeovers, acknowledged submissions, faults by kind and the like
     * @param trace what happened, a line each, when that was asked for
     */
    record Result(
            Plan plan,
            Optional<Throwable> failure,
            long played,
            Map<String, Long> counts,
            Map<Whim, Long> whims,
            List<String> trace) {}

    static Result of(Plan plan, boolean traced) {
        World world = new World(plan, traced);
        Optional<Throwable> failure = Optional.empty();
        try {
            play(world);
        } catch (RuntimeException | AssertionError thrown) {
            failure = Optional.of(thrown);
        }
        return new Result(
                plan,
                failure,
                world.agenda.played(),
                world.counts(),
                world.whims.counts(),
                world.trace());
    }

    private static void play(World world) {
        long safety = world.plan.safetyMillis() * Dice.MILLI;
        world.start();
        world.havoc.schedule(world.plan.faults());
        world.clients.forEach(it -> it.work(safety));
        world.planner.ifPresent(it -> it.work(safety));
        world.agenda.playUntil(safety);

        world.heal();
        world.agenda.after(LEADER_WITHIN, () -> checkLeader(world));
        world.agenda.after(CANCEL_CHECK_AFTER, world.witness::checkCancelled);
        world.planner.ifPresent(
                it -> world.agenda.after(PROBE_AFTER, () -> endSchedules(world, it)));
        world.clients.getFirst().resumeAll();
        // A copy of an older drain may have come late.
        world.agenda.after(CANCEL_CHECK_AFTER, () -> world.clients.getFirst().resumeAll());
        world.agenda.after(PROBE_AFTER, () -> world.clients.getFirst().probe());
        world.agenda.playUntil(safety + PROBE_AFTER + CANCEL_CHECK_AFTER);
        awaitRest(world);
        leader(world).ifPresent(it -> world.witness.checkState(it, true));
    }

    private static void awaitRest(World world) {
        long stored = -1;
        long since = world.agenda.now();
        while (world.witness.unrest().isPresent()) {
            if (world.witness.stored() != stored) {
                stored = world.witness.stored();
                since = world.agenda.now();
            }
            if (world.agenda.now() - since > PROGRESS_WITHIN) {
                throw new Violation("not at rest: " + world.witness.unrest().get());
            }
            world.agenda.playUntil(world.agenda.now() + Dice.SECOND);
        }
    }

    private static Optional<Reign> leader(World world) {
        return world.masters.stream().flatMap(it -> it.reign().stream()).findFirst();
    }

    private static void endSchedules(World world, Planner planner) {
        leader(world).ifPresent(world.witness.schedules()::checkDecided);
        planner.deleteAll();
    }

    private static void checkLeader(World world) {
        // A clock of the store that jumped back lets a dead leader's lease run for longer.
        boolean mayBeLate = world.store.hasJumped();
        Violation.unless(
                leader(world).isPresent() || mayBeLate, "nobody leads long after the last fault");
    }

    /** Whether a count is of a fault. */
    static boolean isFault(String name) {
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(name)) {
                return true;
            }
        }
        return false;
    }
}
