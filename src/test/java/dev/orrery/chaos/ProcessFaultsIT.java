package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.endtoend.Processes;
import dev.orrery.endtoend.Stage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Faults F1, F2, F3, F4, F6, F10, F12, F13 and F18: processes die, stop and freeze. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProcessFaultsIT {
    private static final long SEED = System.nanoTime();

    @RegisterExtension final Stage stage = new Stage();

    private Fleet fleet;
    private Member master;

    @AfterEach
    void thaw() {
        Stream.concat(fleet.masters().stream(), fleet.workers().stream())
                .filter(Member::isAlive)
                .forEach(it -> it.thawWithTasks(fleet.home()));
    }

    @BeforeAll
    void start() {
        fleet = Fleet.onLoopback(stage, Fleet.QUICK, 1);
        fleet.supervised("one", Host.LOOPBACK, 2);
        fleet.supervised("two", Host.LOOPBACK, 2);
        master = fleet.start().master();
    }

    private Trial trial(String name) {
        return new Trial(name, fleet);
    }

    /** F1, F2: its supervisor starts it again, its tasks are dead, and run again elsewhere. */
    @Test
    void workerKilled_itsTasksRunAgainOnce() {
        try (Trial trial = trial("F1")) {
            String job = trial.submit(1.5);
            trial.clients().patient().start(2, Duration.ofMillis(50), SEED, trial.mix(0.4));
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

            trial.inject("kill-supervisor", "two", worker::kill, worker::start);
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            Processes.withEnvironment("ORRERY_WORKER=two", "HOME=" + fleet.home())
                                    .isEmpty());
            trial.heal();

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
                trial.inject("kill-master", "m1", master::kill, master::start);
                trial.heal();
            }
            trial.inject("freeze-master", "m1", master::freeze, master::thaw);
            await("submissions without an answer").until(() -> isInFlight(trial));
            trial.inject("kill-master", "m1", master::kill, master::start);
            trial.heal();
            trial.heal();
            trial.awaitAcknowledged(80);

            Verdict verdict = trial.verify();
            assertThat(verdict.unknown()).isZero();
            assertThat(trial.history().all(Fact.Unknown.class)).isNotEmpty();
        }
    }

    /** Whether something was sent that is not answered yet. */
    private static boolean isInFlight(Trial trial) {
        Set<String> keys =
                trial.history().all(Fact.Sent.class).map(Fact.Sent::key).collect(toSet());
        trial.history()
                .all(Fact.Acknowledged.class)
                .map(Fact.Acknowledged::key)
                .forEach(keys::remove);
        return !keys.isEmpty();
    }

    /** F6: everything at once, and everything comes back. */
    @Test
    void everythingKilled_allAcknowledgedWorkIsDone() {
        try (Trial trial = trial("F6")) {
            trial.clients().start(3, Duration.ofMillis(10), SEED, trial.mix(0.5));
            trial.awaitAcknowledged(30);

            List<Member> all = List.of(master, fleet.worker("one"), fleet.worker("two"));
            trial.inject(
                    "kill-all",
                    "all",
                    () -> all.forEach(Member::kill),
                    () -> {
                        master.start();
                        trial.clients().stop();
                        all.stream().skip(1).forEach(Member::start);
                    });
            trial.heal();

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
            assertThat(ended.path("attempts").path(0).path("reason").asText()).isEqualTo("timeout");
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
                    "stop-master",
                    "m1",
                    () -> assertThat(master.program().terminate()).isZero(),
                    master::start);
            trial.heal();
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
                    "stop-worker",
                    "one",
                    () -> assertThat(worker.program().terminate()).isZero(),
                    worker::start);
            trial.heal();

            trial.verify();
        }
    }

    /** F18: the master sleeps past every lease and wakes. */
    @Test
    void masterFrozenPastTheLeases_losesNothing() {
        try (Trial trial = trial("F18")) {
            trial.clients().start(2, Duration.ofMillis(50), SEED, trial.mix(0.5));
            trial.awaitAcknowledged(10);
            String job = trial.submit(600);
            trial.runningOn(job, 1);
            long pid = pid(trial, job);

            trial.inject("freeze-master", "m1", master::freeze, master::thaw);
            long over = History.now() + fleet.lease().toNanos();
            await("the fence, and the end of the lease after it")
                    .until(() -> !Processes.isAlive(pid) && History.now() > over);
            trial.heal();
            trial.runningOn(job, 2);
            trial.cancel(job);
            trial.awaitAcknowledged(20);

            trial.verify();
            assertThat(fleet.api().job(job).path("attempts").path(0).path("reason").asText())
                    .isIn("lease-lost", "lost");
        }
    }

    private static long pid(Trial trial, String job) {
        return await("the start of " + job)
                .until(
                        () ->
                                trial.ledger().facts().stream()
                                        .filter(Fact.Started.class::isInstance)
                                        .map(it -> ((Fact.Started) it).execution())
                                        .filter(it -> it.job().equals(job))
                                        .findFirst(),
                        Optional::isPresent)
                .orElseThrow()
                .pid();
    }

    /** The other half of F18: a worker's machine sleeps past its lease, with its tasks. */
    @Test
    void workerFrozenPastItsLease_itsLateResultDoesNotCount() {
        try (Trial trial = trial("F18-worker")) {
            String job = trial.submit(6);
            Member worker = trial.runningOn(job, 1);

            trial.inject(
                    Executions.FREEZE,
                    worker.name(),
                    () -> worker.freezeWithTasks(fleet.home()),
                    () -> worker.thawWithTasks(fleet.home()));
            trial.runningOn(job, 2);
            trial.heal();
            fleet.awaitNode(worker.name(), "READY");

            assertThat(trial.verify().asleep()).isEqualTo(1);
        }
    }
}
