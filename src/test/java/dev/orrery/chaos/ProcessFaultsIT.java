package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.endtoend.Processes;
import dev.orrery.endtoend.Stage;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.time.Duration;
import java.util.List;

/** Faults F1, F2, F3, F4, F6, F10, F12, F13 and F18: processes die, stop and freeze. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProcessFaultsIT {
    private static final long SEED = System.nanoTime();

    @RegisterExtension final Stage stage = new Stage();

    private Fleet fleet;
    private Member master;

    @BeforeAll
    void start() {
        fleet = Fleet.onLoopback(stage, Fleet.QUICK, 1);
        fleet.supervised("one", Host.LOOPBACK, 2);
        fleet.supervised("two", Host.LOOPBACK, 2);
        master = fleet.start().master();
    }

    private Trial trial(String name) {
        return new Trial(name, fleet).quick();
    }

    /** F1, F2: its supervisor starts it again, its tasks are dead, and run again elsewhere. */
    @Test
    void workerKilled_itsTasksRunAgainOnce() {
        try (Trial trial = trial("F1")) {
            String job = trial.submit(1.5);
            trial.clients().start(2, Duration.ofMillis(50), SEED, trial.mix(0.4));
            Member worker = trial.runningOn(job, 1);
            long pid = worker.program().javaPid();

            trial.inject("kill-worker", worker.name(), worker::killJvm);
            trial.runningOn(job, 2);

            Verdict verdict = trial.verify();
            assertThat(verdict.executions()).isGreaterThan(verdict.acknowledged());
            await().until(() -> worker.program().javaPid() != pid);
        }
    }

    /** F1: nobody starts it again, and its lease has to end. */
    @Test
    void workerLostForGood_itsTasksRunAgainAfterTheLease() {
        Member third = fleet.alone("three", Host.LOOPBACK, 4).start();
        fleet.awaitNode("three", "READY");
        try (Trial trial = trial("F1-lease")) {
            for (int i = 0; i < 8; i++) {
                trial.submit(1);
            }
            await().until(() -> startsOn(trial, "three") > 0);

            trial.inject("kill-worker", "three", third::kill);

            Verdict verdict = trial.verify();
            assertThat(verdict.executions()).isGreaterThan(verdict.acknowledged());
        }
    }

    private static long startsOn(Trial trial, String worker) {
        return trial.ledger().facts().stream()
                .filter(Fact.Started.class::isInstance)
                .filter(it -> ((Fact.Started) it).execution().worker().equals(worker))
                .count();
    }

    /** F2: the supervisor dies too, so that nobody starts the worker again. */
    @Test
    void workerAndSupervisorKilled_nothingOfItsTasksLives() {
        Member worker = fleet.worker("two");
        try (Trial trial = trial("F2")) {
            for (int i = 0; i < 4; i++) {
                trial.submit(Trial.spec(trial.ledger().lineWithDaemon(2)));
            }
            await().until(() -> startsOn(trial, "two") > 0);

            trial.inject("kill-supervisor", "two", worker::kill);
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            Processes.withEnvironment("ORRERY_WORKER=two", "HOME=" + fleet.home())
                                    .isEmpty());
            trial.heal("kill-supervisor", "two", worker::start);

            trial.verify();
        }
    }

    /** F3, F4: before, during and after the answer; the same key gives the same job. */
    @Test
    void masterKilledUnderSubmissions_eachKeyIsOneJob() {
        try (Trial trial = trial("F3")) {
            trial.clients().start(4, Duration.ZERO, SEED, trial.mix(0.2));
            for (int round = 1; round <= 3; round++) {
                trial.awaitAcknowledged(round * 15L + SEED % 10);
                trial.inject("kill-master", "m1", master::kill);
                trial.heal("kill-master", "m1", master::start);
            }
            trial.awaitAcknowledged(80);

            Verdict verdict = trial.verify();
            assertThat(verdict.unknown()).isZero();
            assertThat(trial.history().all(Fact.Unknown.class)).isNotEmpty();
        }
    }

    /** F6: everything at once, and everything comes back. */
    @Test
    void everythingKilled_allAcknowledgedWorkIsDone() {
        try (Trial trial = trial("F6")) {
            trial.clients().start(3, Duration.ofMillis(10), SEED, trial.mix(0.5));
            trial.awaitAcknowledged(30);

            List<Member> all = List.of(master, fleet.worker("one"), fleet.worker("two"));
            trial.inject("kill-all", "all", () -> all.forEach(Member::kill));
            trial.heal("kill-all", "all", () -> all.forEach(Member::start));
            trial.clients().stop();

            assertThat(trial.verify().acknowledged()).isGreaterThanOrEqualTo(30);
        }
    }

    /** F10: the task is stopped, its worker is not; the time limit holds. */
    @Test
    void taskStopped_isKilledAtItsTimeLimit() {
        try (Trial trial = trial("F10")) {
            String job = trial.submit(trial.spec(600).put("timeout", "2s"));
            trial.awaitStarts(1);
            Fact.Started start = (Fact.Started) trial.ledger().facts().getFirst();

            trial.inject("stop-task", job, () -> Processes.signal("STOP", start.execution().pid()));

            trial.verify();
            JsonNode ended = fleet.api().job(job);
            assertThat(ended.path("state").asText()).isEqualTo("FAILED");
            assertThat(Processes.isAlive(start.execution().pid())).isFalse();
        }
    }

    /** F12: a master that is told to stop answers what it has begun. */
    @Test
    void masterTerminated_losesNothing() {
        try (Trial trial = trial("F12")) {
            trial.clients().start(3, Duration.ofMillis(10), SEED, trial.mix(0.3));
            trial.awaitAcknowledged(20);

            trial.inject(
                    "stop-master", "m1", () -> assertThat(master.program().terminate()).isZero());
            trial.heal("stop-master", "m1", master::start);
            trial.awaitAcknowledged(40);

            trial.verify();
        }
    }

    /** F13: a worker that is told to stop lets tasks end, or gives them back. */
    @Test
    void workerTerminated_itsTasksEndOrRunElsewhere() {
        Member worker = fleet.worker("one");
        try (Trial trial = trial("F13")) {
            trial.clients().start(2, Duration.ofMillis(50), SEED, trial.mix(1));
            await().until(() -> startsOn(trial, "one") > 3);

            trial.inject(
                    "stop-worker", "one", () -> assertThat(worker.program().terminate()).isZero());
            trial.heal("stop-worker", "one", worker::start);

            trial.verify();
        }
    }

    /** F18: the master sleeps past every lease and wakes. */
    @Test
    void masterFrozenPastTheLeases_losesNothing() {
        try (Trial trial = trial("F18")) {
            trial.clients().start(2, Duration.ofMillis(50), SEED, trial.mix(0.5));
            trial.awaitAcknowledged(10);

            trial.inject("freeze-master", "m1", master::freeze);
            long frozenAt = System.nanoTime();
            await().pollDelay(Duration.ofSeconds(6))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> System.nanoTime() - frozenAt > Duration.ofSeconds(5).toNanos());
            trial.heal("freeze-master", "m1", master::thaw);
            trial.awaitAcknowledged(20);

            trial.verify();
        }
    }

    /** The other half of F18: a worker's machine sleeps past its lease, with its tasks. */
    @Test
    void workerFrozenPastItsLease_itsLateResultDoesNotCount() {
        try (Trial trial = trial("F18-worker")) {
            String job = trial.submit(6);
            Member worker = trial.runningOn(job, 1);

            trial.inject(
                    Executions.FREEZE, worker.name(), () -> worker.freezeWithTasks(fleet.home()));
            trial.runningOn(job, 2);
            trial.heal(Executions.FREEZE, worker.name(), () -> worker.thawWithTasks(fleet.home()));
            fleet.awaitNode(worker.name(), "READY");

            assertThat(trial.verify().asleep()).isEqualTo(1);
        }
    }
}
