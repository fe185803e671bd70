package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;

/**
 * Faults F3, F7, F12, F14, F19, F20, F21, F23 and F40: three masters share a PostgreSQL, on a
 * network that cuts.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MasterFaultsIT {
    private static final Logger LOG = LoggerFactory.getLogger(MasterFaultsIT.class);
    private static final long SEED = System.nanoTime();
    private static final int ROUNDS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Random doors = new Random(SEED);
    private World world;
    private Network network;

    @BeforeAll
    void start() {
        world = World.start(true, "", 2);
        network = world.network().orElseThrow();
    }

    @AfterAll
    void stop() {
        world.close();
    }

    @AfterEach
    void heal() {
        network.heal();
        world.fleet().masters().stream().filter(it -> !it.isAlive()).forEach(Member::start);
        world.awaitWhole();
    }

    private Trial trial(String name) {
        Trial trial = new Trial(name, world.fleet(), () -> world.door(doors));
        trial.clients().start(4, Duration.ofMillis(100), SEED, trial.mix(0.5));
        trial.awaitAcknowledged(10);
        return trial;
    }

    /** Another master leads, and gives work out. */
    private void awaitTakeover(Trial trial, long epoch) {
        await("a later epoch than " + epoch)
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> world.database().epoch() > epoch);
        long acknowledged = trial.acknowledged();
        trial.awaitAcknowledged(acknowledged + 5);
    }

    private void takeover(Trial trial, Faults.Fault fault) {
        world.awaitWhole();
        long epoch = world.database().epoch();
        trial.inject(fault.kind(), fault.target(), fault.begin());
        awaitTakeover(trial, epoch);
        trial.heal(fault.kind(), fault.target(), fault.end());
    }

    private void verify(Trial trial) {
        world.database().facts().forEach(trial.history()::add);
        trial.verify();
        Gaps gaps = new Gaps(trial.history());
        gaps.kinds()
                .forEach(
                        kind -> LOG.atWarn().log(kind + " to first dispatch: " + gaps.since(kind)));
    }

    private Faults faults() {
        return new Faults(world, doors);
    }

    /** F3, F14: one leader after the other. */
    @Test
    void leadersKilled_othersLead() {
        try (Trial trial = trial("F14")) {
            for (int round = 0; round < ROUNDS; round++) {
                takeover(trial, faults().kill(world.leader(), 0));
            }

            verify(trial);
        }
    }

    /** F7, F18: a frozen leader wakes and changes nothing. */
    @Test
    void leadersFrozen_othersLeadAndTheyStepDown() {
        try (Trial trial = trial("F7")) {
            for (int round = 0; round < ROUNDS; round++) {
                takeover(trial, faults().freeze(world.leader(), 0));
            }

            verify(trial);
        }
    }

    /** F23: a leader on the smaller side of a network. */
    @Test
    void leadersIsolated_othersLead() {
        try (Trial trial = trial("F23")) {
            for (int round = 0; round < ROUNDS; round++) {
                takeover(trial, faults().isolate(network, world.leader(), 0));
            }

            verify(trial);
        }
    }

    /** F12: told to stop, it hands over. */
    @Test
    void leaderTerminated_handsOver() {
        try (Trial trial = trial("F12-masters")) {
            Member leader = world.leader();
            long epoch = world.database().epoch();

            trial.inject(
                    "stop-master",
                    leader.name(),
                    () -> assertThat(leader.program().terminate()).isZero());
            awaitTakeover(trial, epoch);
            trial.heal("stop-master", leader.name(), leader::start);

            verify(trial);
        }
    }

    /** F19, F20: cut off from PostgreSQL alone. */
    @Test
    void leaderCutOffFromTheDatabase_stepsDown() {
        try (Trial trial = trial("F19")) {
            Member leader = world.leader();
            int port = world.database().server().port();
            long epoch = world.database().epoch();

            trial.inject(
                    "cut-from-database", leader.name(), () -> network.cutPort(leader.host(), port));
            awaitTakeover(trial, epoch);
            trial.heal("cut-from-database", leader.name(), network::heal);

            verify(trial);
        }
    }

    /** F21: cut off from every worker, while PostgreSQL answers. */
    @Test
    void leaderCutOffFromWorkers_handsOver() {
        try (Trial trial = trial("F21")) {
            Member leader = world.leader();
            long epoch = world.database().epoch();

            trial.inject(
                    "cut-from-workers",
                    leader.name(),
                    () ->
                            world.fleet()
                                    .workers()
                                    .forEach(it -> network.cut(leader.host(), it.host())));
            awaitTakeover(trial, epoch);
            trial.heal("cut-from-workers", leader.name(), network::heal);

            verify(trial);
        }
    }

    /** F40: PostgreSQL dies and comes back. */
    @Test
    void databaseKilled_everythingGoesOnAfterwards() throws IOException {
        try (Trial trial = trial("F40")) {
            trial.history().add(new Fact.Injected(History.now(), "kill-database", "pg"));
            world.database().server().kill();
            world.database().server().start();
            trial.history().add(new Fact.Healed(History.now(), "kill-database", "pg"));
            trial.awaitAcknowledged(trial.acknowledged() + 10);

            verify(trial);
        }
    }
}
