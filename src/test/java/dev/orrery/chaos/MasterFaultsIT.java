package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.endtoend.Processes;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Faults F3, F7, F8, F12, F14, F19, F20, F21, F23, F40 and F56: three masters share a PostgreSQL,
 * on a network that cuts.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MasterFaultsIT {
    private static final Logger LOG = LoggerFactory.getLogger(MasterFaultsIT.class);
    private static final long SEED = System.nanoTime();
    private static final int ROUNDS = 3;
    private static final int QUEUED = 12;
    private static final int CLIENTS_OF_A_KEY = 50;

    /** Twice the 10 s that are promised, and more than the 1.5 s of a graceful one. */
    private static final Duration TAKEOVER = Duration.ofSeconds(20);

    private static final Duration HAND_OVER = Duration.ofSeconds(5);

    /** From the beginning of an epoch to the first start in it. */
    private static final Duration BEGINNING = Duration.ofSeconds(5);

    private final Random doors = new Random(SEED);
    private World world;
    private Network network;
    private Database.Mark since = Database.Mark.BEGINNING;

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
        world.fleet().masters().stream().filter(Member::isAlive).forEach(Member::thaw);
        world.fleet().masters().stream().filter(it -> !it.isAlive()).forEach(Member::begin);
        world.awaitWhole();
    }

    private Trial trial(String name) {
        since = world.database().mark();
        Trial trial = new Trial(name, world.fleet(), () -> world.door(doors));
        trial.clients().start(4, Duration.ofMillis(100), SEED, trial.mix(0.5));
        trial.awaitAcknowledged(10);
        return trial;
    }

    /** Another master leads, and tasks start under it soon, both within what is promised. */
    private void awaitTakeover(Trial trial, long epoch, Duration promise) {
        long end = System.nanoTime() + promise.toNanos();
        Fact.Led led =
                await("a later epoch than " + epoch)
                        .atMost(promise)
                        .until(() -> after(epoch), Optional::isPresent)
                        .orElseThrow();
        Duration left = Duration.ofNanos(end - System.nanoTime());
        await("a start in " + led)
                .atMost(left.compareTo(BEGINNING) < 0 ? left : BEGINNING)
                .until(() -> trial.lastStart() > led.at());
    }

    private Optional<Fact.Led> after(long epoch) {
        return world.database().epochs(since).stream()
                .filter(led -> led.epoch() > epoch)
                .findFirst();
    }

    /** Something waits all the time, so that a pause is the leader's and not the clients'. */
    private void queue(Trial trial) {
        for (int i = 0; i < QUEUED; i++) {
            trial.submit(1);
        }
    }

    private void takeover(Trial trial, Faults.Fault fault, Duration promise) {
        world.awaitWhole();
        queue(trial);
        long epoch = world.database().epoch();
        trial.inject(fault.kind(), fault.target(), fault.begin(), fault.end());
        awaitTakeover(trial, epoch, promise);
        trial.heal();
        trial.awaitAcknowledged(trial.acknowledged() + 5);
    }

    private void verify(Trial trial) {
        world.database().facts(since).forEach(trial.history()::add);
        trial.verify();
        Gaps gaps = new Gaps(trial.history());
        gaps.kinds()
                .forEach(
                        kind -> LOG.atWarn().log(kind + " to first dispatch: " + gaps.since(kind)));
    }

    private void verifyTakeovers(Trial trial) {
        world.awaitWhole();
        verify(trial);
        Gaps gaps = new Gaps(trial.history());
        assertThat(gaps.counts()).isNotEmpty();
        gaps.counts().forEach((kind, count) -> assertThat(gaps.since(kind)).hasSize(count));
        int faults = gaps.counts().values().stream().mapToInt(Integer::intValue).sum();
        assertThat(gaps.between()).as("each fault costs one takeover").hasSize(faults);
    }

    private Faults faults() {
        return new Faults(world, doors);
    }

    /** F3, F14: one leader after the other. */
    @Test
    void leadersKilled_othersLead() {
        try (Trial trial = trial("F14")) {
            for (int round = 0; round < ROUNDS; round++) {
                takeover(trial, faults().kill(world.leader(), 0), TAKEOVER);
            }

            verifyTakeovers(trial);
        }
    }

    /** F7, F18: a frozen leader wakes and changes nothing. */
    @Test
    void leadersFrozen_othersLeadAndTheyStepDown() {
        try (Trial trial = trial("F7")) {
            for (int round = 0; round < ROUNDS; round++) {
                takeover(trial, faults().freeze(world.leader(), 0), TAKEOVER);
            }

            verifyTakeovers(trial);
        }
    }

    /** F23: a leader on the smaller side of a network. */
    @Test
    void leadersIsolated_othersLead() {
        try (Trial trial = trial("F23")) {
            for (int round = 0; round < ROUNDS; round++) {
                takeover(trial, faults().isolate(network, world.leader(), 0), TAKEOVER);
            }

            verifyTakeovers(trial);
        }
    }

    /** F12: told to stop, it hands over. */
    @Test
    void leaderTerminated_handsOver() {
        try (Trial trial = trial("F12-masters")) {
            Member leader = world.leader();
            Faults.Fault stop =
                    new Faults.Fault(
                            "stop-master",
                            leader.name(),
                            0,
                            () -> Processes.signal("TERM", leader.program().pid()),
                            () -> {
                                assertThat(leader.program().exit()).isZero();
                                leader.begin();
                            });

            takeover(trial, stop, HAND_OVER);

            verifyTakeovers(trial);
        }
    }

    /** F19, F20: cut off from PostgreSQL alone. */
    @Test
    void leaderCutOffFromTheDatabase_stepsDown() {
        try (Trial trial = trial("F19")) {
            Member leader = world.leader();
            int port = world.database().server().port();
            Faults.Fault cut =
                    new Faults.Fault(
                            "cut-from-database",
                            leader.name(),
                            0,
                            () -> network.cutPort(leader.host(), port),
                            network::heal);

            takeover(trial, cut, TAKEOVER);

            verifyTakeovers(trial);
        }
    }

    /** F21: cut off from every worker, while PostgreSQL answers. */
    @Test
    void leaderCutOffFromWorkers_handsOver() {
        try (Trial trial = trial("F21")) {
            Member leader = world.leader();
            List<Member> workers = world.fleet().workers();
            Faults.Fault cut =
                    new Faults.Fault(
                            "cut-from-workers",
                            leader.name(),
                            0,
                            () -> workers.forEach(it -> network.cut(leader.host(), it.host())),
                            network::heal);

            takeover(trial, cut, TAKEOVER);

            verifyTakeovers(trial);
        }
    }

    /** F40: PostgreSQL dies and comes back. */
    @Test
    void databaseKilled_everythingGoesOnAfterwards() {
        try (Trial trial = trial("F40")) {
            Database database = world.database();
            trial.inject("kill-database", "pg", database::kill, database::start);
            trial.heal();
            trial.awaitAcknowledged(trial.acknowledged() + 10);

            verify(trial);
        }
    }

    /** F8: the leader freezes while a transaction of it is open, which holds its row. */
    @Test
    void leaderFrozenInATransaction_standsInNobodysWay() {
        try (Trial trial = trial("F8")) {
            Member leader = world.leader();
            Faults.Fault freeze =
                    new Faults.Fault(
                            "freeze-in-transaction",
                            leader.name(),
                            0,
                            () -> freezeInTransaction(leader),
                            leader::thaw);

            takeover(trial, freeze, TAKEOVER);

            verifyTakeovers(trial);
        }
    }

    /** Freezes it again and again until PostgreSQL waits for its next word. */
    private void freezeInTransaction(Member leader) {
        await("a frozen leader with an open transaction")
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    leader.freeze();
                    boolean isOpen = world.database().isWaitingFor(leader.host());
                    if (!isOpen) {
                        leader.thaw();
                    }
                    return isOpen;
                });
    }

    /** F56: a hundred clients with one key, half of them after the leader's death. */
    @Test
    void oneKeyOfAHundredClients_isOneJob() {
        try (Trial trial = trial("F56")) {
            String key = "F56-same";
            List<Thread> clients = new ArrayList<>(submitters(trial, key));
            Faults.Fault kill = faults().kill(world.leader(), 0);
            Faults.Fault killAndAsk =
                    new Faults.Fault(
                            kill.kind(),
                            kill.target(),
                            0,
                            () -> {
                                kill.begin().run();
                                clients.addAll(submitters(trial, key));
                            },
                            kill.end());

            takeover(trial, killAndAsk, TAKEOVER);
            await("every answer").until(() -> clients.stream().noneMatch(Thread::isAlive));

            List<Fact.Acknowledged> answers =
                    trial.history()
                            .all(Fact.Acknowledged.class)
                            .filter(it -> it.key().equals(key))
                            .toList();
            assertThat(answers).hasSize(2 * CLIENTS_OF_A_KEY);
            assertThat(answers)
                    .extracting(Fact.Acknowledged::job)
                    .containsOnly(answers.getFirst().job());
            assertThat(answers).filteredOn(it -> !it.replayed()).hasSizeLessThanOrEqualTo(1);
            assertThat(otherBody(key)).isEqualTo(422);
            verifyTakeovers(trial);
        }
    }

    private List<Thread> submitters(Trial trial, String key) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS_OF_A_KEY; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> trial.clients().submit(key, trial.spec(0.5), TAKEOVER)));
        }
        return threads;
    }

    private int otherBody(String key) {
        int leader = world.fleet().masters().indexOf(world.leader());
        String body = Trial.spec("true").toString();
        return world.fleet().api(leader).post("/jobs", body, "Idempotency-Key", key).status();
    }
}
