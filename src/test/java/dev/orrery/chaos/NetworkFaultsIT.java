package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.endtoend.Machines;
import dev.orrery.endtoend.Stage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Faults F22, F27, F28 and F29: a network between one master and two workers cuts and slows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NetworkFaultsIT {
    private static final long SEED = System.nanoTime();

    @RegisterExtension final Machines machines = new Machines();
    @RegisterExtension final Stage stage = new Stage();

    private Network network;
    private Fleet fleet;

    @BeforeAll
    void start() {
        network = new Network(machines, 3);
        fleet =
                Fleet.onHosts(
                        stage,
                        Fleet.CALM,
                        network.hosts().subList(0, 1),
                        network.certificates(stage.path("certificates")));
        fleet.alone("one", network.hosts().get(1), 2);
        fleet.alone("two", network.hosts().get(2), 2);
        fleet.start();
    }

    @AfterEach
    void heal() {
        network.heal();
    }

    private Host master() {
        return network.hosts().getFirst();
    }

    /** F22: the worker kills its tasks before the leader gives them to another. */
    @Test
    void workerCutOff_fencesItselfBeforeItsTasksRunElsewhere() {
        try (Trial trial = new Trial("F22", fleet)) {
            String job = trial.submit(8);
            trial.clients().start(2, Duration.ofMillis(100), SEED, trial.mix(0.5));
            Member worker = trial.runningOn(job, 1);

            trial.inject(
                    "cut-worker",
                    worker.name(),
                    () -> network.cut(worker.host(), master()),
                    network::heal);
            trial.runningOn(job, 2);
            trial.heal();
            fleet.awaitNode(worker.name(), "READY");

            trial.verify();
            assertThat(worker.isAlive()).isTrue();
        }
    }

    /** F22 in one direction: it hears the leader, and is not heard. */
    @Test
    void workerThatIsNotHeard_fencesItselfToo() {
        try (Trial trial = new Trial("F22-one-way", fleet)) {
            String job = trial.submit(8);
            Member worker = trial.runningOn(job, 1);

            trial.inject(
                    "mute-worker",
                    worker.name(),
                    () -> network.cutTo(worker.host(), master()),
                    network::heal);
            trial.runningOn(job, 2);
            trial.heal();
            fleet.awaitNode(worker.name(), "READY");

            trial.verify();
        }
    }

    /** F27: output fills a slow link, and no lease ends for that. */
    @Test
    void slowLinkFullOfOutput_endsNoLease() {
        Member worker = fleet.worker("one");
        try (Trial trial = new Trial("F27", fleet)) {
            trial.inject(
                    "slow-worker",
                    "one",
                    () -> network.slow(worker.host(), 40, 200),
                    () -> network.quicken(worker.host()));
            List<String> heavy = onlyOn("one", "two", () -> heavy(trial));
            trial.clients().patient().start(1, Duration.ofMillis(100), SEED, trial.mix(0.3));
            trial.awaitAcknowledged(30);

            Verdict verdict = trial.verify();
            trial.heal();
            assertThat(verdict.executions()).isEqualTo(verdict.acknowledged() - heavy.size());
            // One given in advance may be recalled before it starts; none is lost.
            assertThat(trial.history().all(Fact.JobSeen.class))
                    .allMatch(it -> it.job().attempts().size() == 1);
            assertThat(trial.history().all(Fact.JobSeen.class))
                    .filteredOn(it -> heavy.contains(it.job().id()))
                    .allMatch(it -> it.job().attempt() == 1)
                    .allMatch(it -> it.job().attempts().getFirst().worker().equals("one"));
        }
    }

    private static List<String> heavy(Trial trial) {
        String output = "head -c 200000 /dev/urandom | base64";
        return List.of(trial.submit(Trial.spec(output)), trial.submit(Trial.spec(output)));
    }

    /** What it gives, once all of these jobs run on the one worker, since the other is drained. */
    private List<String> onlyOn(String worker, String other, Supplier<List<String>> jobs) {
        assertThat(fleet.api().post("/nodes/" + other + "/drain", "").status() / 100).isEqualTo(2);
        await().until(() -> !states(other).contains("READY"));
        List<String> submitted = jobs.get();
        submitted.forEach(job ->
                await("a worker for " + job)
                        .until(
                                () -> fleet.api().job(job).path("worker").asText(),
                                Predicate.isEqual(worker)));
        assertThat(fleet.api().post("/nodes/" + other + "/resume", "").status() / 100).isEqualTo(2);
        fleet.awaitNode(other, "READY");
        return submitted;
    }

    /** F28: connections stay open and nothing passes any more, until it does again. */
    @Test
    void halfOpenConnections_areNoticedAndMadeAnew() {
        Member worker = fleet.worker("two");
        try (Trial trial = new Trial("F28", fleet)) {
            trial.clients().start(2, Duration.ofMillis(50), SEED, trial.mix(0.5));
            trial.awaitAcknowledged(10);

            trial.inject("half-open", "two", () -> network.isolate(worker.host()), network::heal);
            await().until(() -> !states("two").contains("READY"));
            trial.heal();
            fleet.awaitNode("two", "READY");
            int before = (int) trial.acknowledged();
            trial.awaitAcknowledged(before + 10L);

            trial.verify();
        }
    }

    private String states(String worker) {
        return fleet.api().get("/nodes").json().path("items").findParents("name").stream()
                .filter(node -> node.path("name").asText().equals(worker))
                .map(node -> node.path("state").asText())
                .findFirst()
                .orElse("gone");
    }

    /** F29: every connection of the master is reset, for clients as for workers. */
    @Test
    void everyConnectionReset_losesNothing() {
        try (Trial trial = new Trial("F29", fleet)) {
            trial.clients().start(3, Duration.ofMillis(20), SEED, trial.mix(0.3));
            trial.awaitAcknowledged(20);

            for (int round = 1; round <= 3; round++) {
                long injectedAt = History.now();
                trial.inject("reset-master", "m1", () -> network.reset(master()), network::heal);
                await("a client that was reset").until(() -> wasReset(trial, injectedAt));
                trial.heal();
                trial.awaitAcknowledged(trial.acknowledged() + 10);
            }

            assertThat(trial.verify().unknown()).isZero();
            assertThat(trial.history().all(Fact.Unknown.class))
                    .as("who is reset is told so, and waits for nothing")
                    .noneMatch(it -> it.why().contains("TimeoutException"));
        }
    }

    private static boolean wasReset(Trial trial, long since) {
        return trial.history().all(Fact.Unknown.class).anyMatch(it -> it.at() >= since);
    }
}
