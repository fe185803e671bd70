package dev.orrery.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Does the faults of a plan to a world, and takes them back. */
final class Havoc {

    private static final int STORE_JUMP_SECONDS = 60;
    private static final int WALL_JUMP_SECONDS = 600;

    private final World world;
    private final List<Runnable> undoings = new ArrayList<>();
    private Duration latestSkew = Duration.ofMinutes(10);

    Havoc(World world) {
        this.world = world;
    }

    void schedule(List<Fault> faults) {
        for (Fault fault : faults) {
            world.agenda.after(fault.atMillis() * Dice.MILLI, () -> strike(fault));
        }
    }

    /** Everything is well again, and stays so. */
    void heal() {
        List<Runnable> all = List.copyOf(undoings);
        undoings.clear();
        all.forEach(Runnable::run);
        world.network.weather(Weather.FINE);
        world.whims.calm();
        world.store.calm();
        for (Host host : world.hosts) {
            host.setSkew(latestSkew);
            host.thaw();
        }
    }

    private void strike(Fault fault) {
        if (world.isCalm()) {
            return;
        }
        world.trace(() -> "fault: " + fault);
        world.count(fault.kind().name());
        Dice dice = Dice.of(fault.seed());
        long lasting = fault.forMillis() * Dice.MILLI;
        switch (fault.kind()) {
            case KILL_MASTER -> kill(dice.pick(world.masters));
            case KILL_LEADER -> leader().ifPresent(this::kill);
            case FREEZE_MASTER -> world.freeze(dice.pick(world.masters).host, lasting);
            case FREEZE_LEADER -> leader().ifPresent(it -> world.freeze(it.host, lasting));
            case STOP_LEADER -> leader().ifPresent(it -> runOn(it.host, it::resign));
            case CUT_LEADER_FROM_STORE ->
                    leader().ifPresent(it -> cut(it.host, world.storeHost, true, true, lasting));
            case CUT_LEADER_FROM_STORE_ONE_WAY -> {
                boolean out = dice.chance(0.5);
                leader().ifPresent(it -> cut(it.host, world.storeHost, out, !out, lasting));
            }
            case CUT_LEADER_FROM_WORKERS -> leader().ifPresent(it -> cutFromWorkers(it, lasting));
            case KILL_WORKER -> up(dice.pick(world.workers)).ifPresent(Worker::die);
            case ORPHAN_PROGRAMS -> up(dice.pick(world.workers)).ifPresent(Worker::dieOrphaning);
            case POWER_OFF_WORKER -> up(dice.pick(world.workers)).ifPresent(Worker::losePower);
            case FREEZE_WORKER -> world.freeze(dice.pick(world.workers).host, lasting);
            case STOP_WORKER -> {
                Worker worker = dice.pick(world.workers);
                runOn(worker.host, worker::leave);
            }
            case ISOLATE_WORKER -> split(List.of(dice.pick(world.workers).host), lasting);
            case ISOLATE_WORKER_AND_TURN_ITS_CLOCK_BACK -> {
                Host host = dice.pick(world.workers).host;
                split(List.of(host), lasting);
                long turned = dice.between(0, lasting);
                world.agenda.after(turned, () -> turnBack(host));
            }
            case SPLIT -> split(some(dice, world.hosts), lasting);
            case SPLIT_LEADER_OFF -> splitLeaderOff(dice, lasting);
            case SPLIT_LEADER_OFF_AND_END_ITS_LEASE -> {
                splitLeaderOff(dice, lasting);
                world.store.jump(STORE_JUMP_SECONDS * Dice.SECOND);
            }
            case CUT_ONE_WAY ->
                    cut(dice.pick(world.hosts), dice.pick(world.hosts), true, false, lasting);
            case CLOG -> clog(dice.pick(world.hosts), dice.pick(world.hosts), lasting);
            case LIE -> {
                world.network.weather(Weather.LYING);
                undoAfter(lasting, () -> world.network.weather(world.plan.weather()));
            }
            case RESTART_STORE -> world.store.restart();
            case FILL_STORE -> {
                world.store.setFull(true);
                undoAfter(lasting, () -> world.store.setFull(false));
            }
            case LOAD_FAILS ->
                    (dice.chance(0.3) ? world.masters : List.of(dice.pick(world.masters)))
                            .forEach(it -> keepFromLoading(it.host, lasting));
            case JUMP_STORE_CLOCK -> world.store.jump(seconds(dice, STORE_JUMP_SECONDS));
            case JUMP_WALL_CLOCK ->
                    dice.pick(world.hosts)
                            .setSkew(Duration.ofNanos(seconds(dice, WALL_JUMP_SECONDS)));
            case KILL_EVERYBODY -> {
                world.masters.forEach(this::kill);
                world.workers.forEach(it -> up(it).ifPresent(Worker::losePower));
            }
        }
    }

    private void turnBack(Host host) {
        if (!world.isCalm()) {
            host.setSkew(Duration.ofSeconds(-WALL_JUMP_SECONDS));
        }
    }

    private static long seconds(Dice dice, int max) {
        return dice.between(-max * Dice.SECOND, max * Dice.SECOND);
    }

    private void kill(Master master) {
        if (master.host.isUp()) {
            master.die();
        }
    }

    private static void runOn(Host host, Runnable code) {
        host.run(host.life().number(), code);
    }

    private static Optional<Worker> up(Worker worker) {
        return Optional.of(worker).filter(it -> it.host.isUp());
    }

    private Optional<Master> leader() {
        return world.masters.stream().filter(Master::isLeading).findFirst();
    }

    private static List<Host> some(Dice dice, List<Host> from) {
        return from.stream().filter(it -> dice.chance(0.4)).toList();
    }

    private void splitLeaderOff(Dice dice, long lasting) {
        Optional<Master> leader = leader();
        if (leader.isEmpty()) {
            return;
        }
        List<Host> side =
                new ArrayList<>(some(dice, world.workers.stream().map(it -> it.host).toList()));
        side.add(leader.get().host);
        split(side, lasting);
    }

    private void keepFromLoading(Host master, long lasting) {
        world.store.setUnreadable(master, true);
        undoAfter(lasting, () -> world.store.setUnreadable(master, false));
    }

    private void cutFromWorkers(Master master, long lasting) {
        world.workers.forEach(it -> cut(master.host, it.host, true, true, lasting));
    }

    private void split(List<Host> side, long lasting) {
        for (Host one : side) {
            for (Host other : world.hosts) {
                if (!side.contains(other)) {
                    cut(one, other, true, true, lasting);
                }
            }
        }
    }

    private void cut(Host one, Host other, boolean out, boolean back, long lasting) {
        if (out) {
            world.network.cut(one.number, other.number, true);
            undoAfter(lasting, () -> world.network.cut(one.number, other.number, false));
        }
        if (back) {
            world.network.cut(other.number, one.number, true);
            undoAfter(lasting, () -> world.network.cut(other.number, one.number, false));
        }
    }

    private void clog(Host one, Host other, long lasting) {
        world.network.clog(one.number, other.number, true);
        undoAfter(lasting, () -> world.network.clog(one.number, other.number, false));
    }

    private void undoAfter(long nanos, Runnable undoing) {
        undoings.add(undoing);
        world.agenda.after(
                nanos,
                () -> {
                    if (undoings.remove(undoing)) {
                        undoing.run();
                    }
                });
    }
}
