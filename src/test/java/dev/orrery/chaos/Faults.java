package dev.orrery.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The faults that a random run draws from, each with what takes it back. */
final class Faults {
    private final World world;
    private final Random random;

    Faults(World world, Random random) {
        this.world = world;
        this.random = random;
    }

    /**
     * A fault at a target.
     *
     * @param holdMillis how long it lasts
     */
    record Fault(String kind, String target, int holdMillis, Runnable begin, Runnable end) {}

    /** The next fault, by chance. */
    Fault next() {
        List<Fault> all = new ArrayList<>(processes());
        world.network().ifPresent(network -> all.addAll(links(network)));
        return all.get(random.nextInt(all.size()));
    }

    private int between(int seconds, int more) {
        return (seconds * 1_000) + random.nextInt(more * 1_000);
    }

    private Member anyMaster() {
        List<Member> masters = world.fleet().masters();
        // Rather the leader, whose loss is felt.
        return random.nextInt(3) == 0
                ? masters.get(random.nextInt(masters.size()))
                : world.leader();
    }

    private Member anyWorker() {
        List<Member> workers = world.fleet().workers();
        return workers.get(random.nextInt(workers.size()));
    }

    private List<Fault> processes() {
        Member master = anyMaster();
        Member worker = anyWorker();
        String home = world.fleet().home();
        return List.of(
                new Fault("kill-master", master.name(), between(0, 5), master::kill, master::start),
                freeze(master, between(1, 15)),
                new Fault(
                        "stop-master",
                        master.name(),
                        between(0, 3),
                        () -> master.program().terminate(),
                        master::start),
                new Fault("kill-worker", worker.name(), between(0, 2), worker::killJvm, () -> {}),
                new Fault(
                        Executions.FREEZE,
                        worker.name(),
                        between(2, 40),
                        () -> worker.freezeWithTasks(home),
                        () -> worker.thawWithTasks(home)),
                new Fault(
                        "restart-database",
                        "pg",
                        between(0, 5),
                        world.database()::kill,
                        world.database()::start));
    }

    /** A master is killed; that it is whole again has to be awaited. */
    Fault kill(Member master, int holdMillis) {
        return new Fault("kill-master", master.name(), holdMillis, master::kill, master::begin);
    }

    /** A master is frozen, and then wakes. */
    Fault freeze(Member master, int holdMillis) {
        return new Fault("freeze-master", master.name(), holdMillis, master::freeze, master::thaw);
    }

    /** A master is cut off from everybody. */
    Fault isolate(Network network, Member master, int holdMillis) {
        return new Fault(
                "isolate-master",
                master.name(),
                holdMillis,
                () -> network.isolate(master.host()),
                () -> network.heal(master.host()));
    }

    private List<Fault> links(Network network) {
        Member master = anyMaster();
        Member worker = anyWorker();
        int port = world.database().server().port();
        return List.of(
                isolate(network, master, between(2, 15)),
                new Fault(
                        "cut-from-database",
                        master.name(),
                        between(2, 15),
                        () -> network.cutPort(master.host(), port),
                        () -> network.heal(master.host())),
                new Fault(
                        "cut-from-workers",
                        master.name(),
                        between(5, 15),
                        () ->
                                world.fleet()
                                        .workers()
                                        .forEach(it -> network.cut(master.host(), it.host())),
                        network::heal),
                new Fault(
                        "isolate-worker",
                        worker.name(),
                        between(2, 40),
                        () -> network.isolate(worker.host()),
                        () -> network.heal(worker.host())),
                new Fault(
                        "reset-connections",
                        master.name(),
                        between(0, 1),
                        () -> network.reset(master.host()),
                        () -> network.heal(master.host())),
                new Fault(
                        "slow-worker",
                        worker.name(),
                        between(5, 15),
                        () -> network.slow(worker.host(), 50, 200),
                        () -> network.quicken(worker.host())));
    }
}
