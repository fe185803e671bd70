package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.endtoend.Api;
import dev.orrery.endtoend.Program;
import dev.orrery.endtoend.Stage;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Faults F32, F34, F35 and F39: disks fill up, fail to sync, and are asked for twice. */
final class StorageFaultsIT {
    private static final long SEED = System.nanoTime();
    private static final int EX_CANT_CREATE = 73;
    private static final int EX_FAULT = 75;
    private static final int EX_OUT_OF_MEMORY = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** What is promised of a disk that has space again. */
    private static final Duration RECOVERY = Duration.ofSeconds(10);

    // What is registered last is cleaned up first: nothing can be removed that is mounted.
    @Order(1)
    @RegisterExtension
    final Stage stage = new Stage();

    @Order(2)
    @RegisterExtension
    final Disk disk = new Disk();

    private Fleet fleet(Fleet.Settings settings) {
        return Fleet.onLoopback(stage, settings.with("storage: {freeBytesMin: 0B}\n"), 1);
    }

    private static long refusals(Trial trial) {
        return trial.history().all(Fact.Refused.class).filter(it -> it.status() == 507).count();
    }

    /** F32: nothing is accepted that cannot be kept, and it goes on by itself. */
    @Test
    void masterDiskFull_refusesAndRecoversByItself() {
        Fleet fleet = fleet(Fleet.QUICK);
        disk.mount(fleet.data("m1"), 64);
        fleet.alone("one", Host.LOOPBACK, 2);
        fleet.start();
        try (Trial trial = new Trial("F32", fleet)) {
            trial.clients().start(3, Duration.ofMillis(20), SEED, trial.mix(0.3));
            trial.awaitAcknowledged(20);

            trial.inject(
                    "fill-master",
                    "m1",
                    () -> disk.fill(fleet.data("m1")),
                    () -> disk.empty(fleet.data("m1")));
            await("a refusal").atMost(PATIENCE).until(() -> refusals(trial) > 0);
            long unknown = unknown(trial);
            long refused = refusals(trial);
            await("more refusals").atMost(PATIENCE).until(() -> refusals(trial) >= refused + 10);
            assertThat(unknown(trial)).isLessThanOrEqualTo(unknown + 3);
            assertThat(fleet.api().get("/jobs").status()).isEqualTo(200);
            for (int i = 0; i < 5; i++) {
                trial.clients().submitOnce(trial.spec(0.1));
            }
            long acknowledged = trial.acknowledged();
            trial.heal();
            await("the first acknowledgement")
                    .atMost(RECOVERY)
                    .until(() -> trial.acknowledged() > acknowledged);
            trial.awaitAcknowledged(acknowledged + 20);

            assertThat(trial.verify().refused()).isPositive();
            assertThat(fleet.master().isAlive()).isTrue();
        }
    }

    private static long unknown(Trial trial) {
        return trial.history().all(Fact.Unknown.class).count();
    }

    /** F34: what the worker cannot keep costs the task no failure of its own. */
    @Test
    void workerDiskFull_itsTasksRunElsewhere() {
        Fleet fleet = fleet(Fleet.QUICK);
        disk.mount(fleet.data("one"), 32);
        fleet.alone("one", Host.LOOPBACK, 2);
        fleet.alone("two", Host.LOOPBACK, 2);
        fleet.start();
        try (Trial trial = new Trial("F34", fleet)) {
            trial.clients().patient().start(2, Duration.ofMillis(50), SEED, trial.mix(0.3));
            trial.awaitAcknowledged(10);

            trial.inject(
                    "fill-worker",
                    "one",
                    () -> disk.fill(fleet.data("one")),
                    () -> disk.empty(fleet.data("one")));
            trial.awaitAcknowledged(trial.acknowledged() + 20);
            trial.heal();
            trial.awaitAcknowledged(trial.acknowledged() + 5);

            trial.verify();
            assertThat(states(trial)).containsOnlyKeys("SUCCEEDED");
        }
    }

    private static Map<String, Long> states(Trial trial) {
        return trial.history()
                .all(Fact.JobSeen.class)
                .collect(Collectors.groupingBy(it -> it.job().state(), Collectors.counting()));
    }

    /** F35: a sync that failed is never taken for one that was done. */
    @Test
    void syncFails_masterEndsWithoutAnAnswer() {
        Fleet fleet = fleet(Fleet.QUICK);
        fleet.alone("one", Host.LOOPBACK, 2);
        fleet.start();
        Member master = fleet.master();
        try (Trial trial = new Trial("F35", fleet)) {
            trial.clients().start(3, Duration.ofMillis(20), SEED, trial.mix(0.3));
            trial.awaitAcknowledged(20);

            trial.inject("sync-fails", "m1", () -> failSyncs(master), master::start);
            assertThat(master.program().exit()).isEqualTo(EX_FAULT);
            trial.heal();
            trial.awaitAcknowledged(trial.acknowledged() + 20);

            trial.verify();
        }
    }

    private void failSyncs(Member master) {
        Program tracer =
                stage.program(
                        "strace",
                        "-f",
                        "-o",
                        stage.path("strace").toString(),
                        "-p",
                        Long.toString(master.program().pid()),
                        "-e",
                        "trace=fsync,fdatasync",
                        "-e",
                        "inject=fsync,fdatasync:error=EIO:when=5+");
        await("strace to attach").until(() -> tracer.err().contains("attached"));
    }

    /** F39: the directory has one master. */
    @Test
    void secondMasterOnTheDirectory_isRefused() {
        Fleet fleet = fleet(Fleet.QUICK);
        fleet.alone("one", Host.LOOPBACK, 2);
        fleet.start();
        try (Trial trial = new Trial("F39", fleet)) {
            trial.clients().start(2, Duration.ofMillis(20), SEED, trial.mix(0.3));
            trial.awaitAcknowledged(10);

            Program second =
                    stage.java(
                            "master",
                            "--port",
                            "0",
                            "--data",
                            fleet.data(fleet.master().name()).toString());
            assertThat(second.exit()).isEqualTo(EX_CANT_CREATE);
            trial.awaitAcknowledged(trial.acknowledged() + 10);

            trial.verify();
        }
    }

    /** F16: a heap that is too small ends the process, and nothing of the store. */
    @Test
    void masterOutOfMemory_endsAndComesBack() {
        Fleet fleet = fleet(Fleet.QUICK);
        fleet.alone("one", Host.LOOPBACK, 2);
        Member master = fleet.master();
        master.on("-Xmx64m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError");
        fleet.start();
        try (Trial trial = new Trial("F16", fleet)) {
            trial.clients().start(2, Duration.ofMillis(20), SEED, trial.mix(0.3));
            trial.awaitAcknowledged(10);

            List<CompletableFuture<?>> sent = new ArrayList<>();
            trial.inject(
                    "out-of-memory",
                    "m1",
                    () -> sent.addAll(flood(fleet.api())),
                    () -> master.on("").start());
            assertThat(master.program().exit()).isEqualTo(EX_OUT_OF_MEMORY);
            await().until(() ->
                    sent.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
            trial.heal();
            trial.awaitAcknowledged(trial.acknowledged() + 10);

            trial.verify();
        }
    }

    /** Sends hundreds of large jobs at once, and waits for no answer. */
    private static List<CompletableFuture<?>> flood(Api api) {
        ObjectNode job = Trial.spec("true");
        job.putObject("env").put("BALLAST", "x".repeat(900_000));
        HttpRequest request =
                api.request("/api/v1/jobs")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(job.toString()))
                        .build();
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            sent.add(api.http().sendAsync(request, BodyHandlers.discarding()));
        }
        return sent;
    }
}
