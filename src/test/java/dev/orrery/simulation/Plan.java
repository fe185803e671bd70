package dev.orrery.simulation;

import dev.orrery.simulation.Fault.Kind;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * All that makes a run what it is; the same plan, the same run.
 *
 * @param safetyMillis how long faults come
 * @param faults in order of their time
 * @param whims the rare things that may happen
 * @param bugs the planted ones that are switched on
 */
record Plan(
        long seed,
        int masters,
        int workers,
        long safetyMillis,
        Weather weather,
        List<Fault> faults,
        Set<Whim> whims,
        Set<Bug> bugs) {

    private static final long SHORT = 5_000;
    private static final long LONG = 60_000;

    /** Copies the collections. */
    Plan {
        faults = List.copyOf(faults);
        whims = whims.isEmpty() ? EnumSet.noneOf(Whim.class) : EnumSet.copyOf(whims);
        bugs = bugs.isEmpty() ? EnumSet.noneOf(Bug.class) : EnumSet.copyOf(bugs);
    }

    /** The plan of a seed. */
    static Plan of(long seed, Set<Bug> bugs) {
        Dice dice = Dice.of(seed);
        int masters = dice.chance(0.25) ? 1 : dice.chance(0.2) ? 2 : 3;
        int workers = (int) dice.skewed(1, 21);
        long safety = dice.between(30_000, 120_000);
        Weather weather = Weather.random(dice);
        List<Fault> faults = faults(dice.split(), safety);
        faults.sort((one, other) -> Long.compare(one.atMillis(), other.atMillis()));
        Set<Whim> whims =
                dice.chance(0.25) ? EnumSet.noneOf(Whim.class) : EnumSet.allOf(Whim.class);
        return new Plan(seed, masters, workers, safety, weather, faults, whims, bugs);
    }

    /** The same with other faults and whims. */
    Plan with(List<Fault> otherFaults, Set<Whim> otherWhims) {
        return new Plan(
                seed, masters, workers, safetyMillis, weather, otherFaults, otherWhims, bugs);
    }

    private static List<Fault> faults(Dice dice, long safety) {
        return switch (dice.below(8)) {
            case 0 -> swizzleClog(dice, safety);
            case 1 -> backToBackKills(dice, safety);
            case 2 -> random(dice, safety, List.of(Kind.SPLIT, Kind.SPLIT_LEADER_OFF));
            case 3 ->
                    random(
                            dice,
                            safety,
                            List.of(
                                    Kind.JUMP_WALL_CLOCK,
                                    Kind.JUMP_WALL_CLOCK,
                                    Kind.ISOLATE_WORKER,
                                    Kind.ISOLATE_WORKER_AND_TURN_ITS_CLOCK_BACK,
                                    Kind.JUMP_STORE_CLOCK,
                                    Kind.SPLIT_LEADER_OFF_AND_END_ITS_LEASE));
            case 4 -> new ArrayList<>();
            default -> random(dice, safety, List.of(Kind.values()));
        };
    }

    private static List<Fault> random(Dice dice, long safety, List<Kind> kinds) {
        List<Fault> faults = new ArrayList<>();
        int count = 1 + dice.below(20);
        for (int i = 0; i < count; i++) {
            long lasting = dice.chance(0.5) ? dice.between(50, SHORT) : dice.between(SHORT, LONG);
            faults.add(new Fault(dice.between(0, safety), dice.pick(kinds), lasting, dice.any()));
        }
        return faults;
    }

    /** A random subset of links is clogged one by one, and freed in another order. */
    private static List<Fault> swizzleClog(Dice dice, long safety) {
        List<Fault> faults = new ArrayList<>();
        for (long round = 0; round < safety; round += dice.between(15_000, 50_000)) {
            long allClogged = round + dice.between(1_000, 10_000);
            long allFree = allClogged + dice.between(1_000, 30_000);
            int count = 2 + dice.below(20);
            for (int i = 0; i < count; i++) {
                long at = dice.between(round, allClogged);
                long until = dice.between(allClogged, allFree);
                faults.add(new Fault(at, Kind.CLOG, until - at, dice.any()));
            }
        }
        return faults;
    }

    private static List<Fault> backToBackKills(Dice dice, long safety) {
        List<Fault> faults = new ArrayList<>();
        for (long at = dice.between(0, 5_000); at < safety; at += dice.between(3_000, 10_000)) {
            faults.add(new Fault(at, Kind.KILL_LEADER, 0, dice.any()));
        }
        return faults;
    }
}
