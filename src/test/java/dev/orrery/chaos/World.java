package dev.orrery.chaos;

import static org.awaitility.Awaitility.await;

import dev.orrery.endtoend.Api;
import dev.orrery.endtoend.Certificates;
import dev.orrery.endtoend.Machines;
import dev.orrery.endtoend.Ports;
import dev.orrery.endtoend.Stage;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Three masters on one PostgreSQL and three workers: each on a host of its own network where root
 * may make one, else all on loopback and without faults of the network.
 */
final class World implements AutoCloseable {
    private static final int MASTERS = 3;
    private static final int WORKERS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Stage stage;
    private final Machines machines;
    private final Optional<Network> network;
    private final Database database;
    private final Fleet fleet;

    private World(Stage stage, Machines machines, boolean networked, String more, int slots) {
        this.stage = stage;
        this.machines = machines;
        Fleet.Settings settings = Fleet.Settings.of(more);
        if (networked) {
            Network made = new Network(machines, MASTERS + WORKERS);
            Certificates certificates = made.certificates(stage.path("certificates"));
            network = Optional.of(made);
            database = Database.onNetwork(stage.path("pg"), made, Ports.free(), certificates);
            fleet =
                    Fleet.onHosts(
                            stage,
                            settings.with(database.settings()),
                            made.hosts().subList(0, MASTERS),
                            certificates);
        } else {
            network = Optional.empty();
            database = Database.onLoopback(stage.path("pg"));
            fleet = Fleet.onLoopback(stage, settings.with(database.settings()), MASTERS);
        }
        for (int i = 1; i <= WORKERS; i++) {
            Host host =
                    networked ? network.orElseThrow().hosts().get(MASTERS + i - 1) : Host.LOOPBACK;
            fleet.supervised("w" + i, host, slots);
        }
    }

    /** Makes and starts it; nothing is left of what could not be made. */
    static World start(boolean networked, String more, int slots) {
        Stage stage = new Stage();
        Machines machines = new Machines();
        World world;
        try {
            world = new World(stage, machines, networked, more, slots);
        } catch (RuntimeException | AssertionError failed) {
            closeAll(stage::close, machines::close);
            throw failed;
        }
        try {
            world.fleet.start();
            world.database.watch();
            return world;
        } catch (RuntimeException | AssertionError failed) {
            world.close();
            throw failed;
        }
    }

    Fleet fleet() {
        return fleet;
    }

    Database database() {
        return database;
    }

    /** The network, where there is one. */
    Optional<Network> network() {
        return network;
    }

    /** The master that leads, once one does. */
    Member leader() {
        return await("a leader")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> fleet.masterAt(database.leader()).orElseThrow(), member -> true);
    }

    /** A client of any master that lives; it may be frozen or cut off. */
    Api door(Random random) {
        List<Member> all = fleet.masters();
        int first = random.nextInt(all.size());
        for (int i = 0; i < all.size(); i++) {
            int next = (first + i) % all.size();
            if (all.get(next).isAlive()) {
                return fleet.api(next);
            }
        }
        return fleet.api(first);
    }

    /** Waits until every master is heard of and every worker is ready. */
    void awaitWhole() {
        await("every master")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> database.masters() == MASTERS);
        fleet.workers().forEach(worker -> fleet.awaitNode(worker.name(), "READY"));
    }

    @Override
    public void close() {
        closeAll(stage::close, database::close, machines::close);
    }

    /** Closes each, although one before it could not be. */
    private static void closeAll(Runnable first, Runnable... others) {
        try {
            first.run();
        } finally {
            if (others.length > 0) {
                closeAll(others[0], Arrays.copyOfRange(others, 1, others.length));
            }
        }
    }
}
