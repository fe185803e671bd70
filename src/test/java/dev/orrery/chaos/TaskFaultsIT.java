package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.endtoend.Api;
import dev.orrery.endtoend.Stage;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Faults F47, F50, F52, F53 and F55: what tasks do to their worker, while others run beside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TaskFaultsIT {
    private static final long SEED = System.nanoTime();
    private static final int OUTPUT_MAX = 1 << 20;
    private static final int PIDS_MAX = 100;
    private static final Fleet.Settings SETTINGS =
            Fleet.Settings.of(
                    """
                    worker: {killGrace: 500ms, outputBytesMax: 1MiB, pidsMax: %d}
                    """
                            .formatted(PIDS_MAX));

    @RegisterExtension final Stage stage = new Stage();

    private Fleet fleet;

    @BeforeAll
    void start() {
        fleet = Fleet.onLoopback(stage, SETTINGS, 1);
        fleet.alone("one", Host.LOOPBACK, 4);
        fleet.start();
    }

    /** A case in which ordinary tasks run beside the other, and are as they always are. */
    private Trial trial(String name) {
        Trial trial = new Trial(name, fleet);
        trial.clients().start(1, Duration.ofMillis(100), SEED, trial.mix(0.3));
        return trial;
    }

    private JsonNode verified(Trial trial, String job) {
        // The hostile one may be over before an ordinary one came.
        await().until(() -> trial.starts() > 1);
        Verdict verdict = trial.verify();
        assertThat(verdict.executions()).isGreaterThan(1);
        assertThat(fleet.worker("one").isAlive()).isTrue();
        return fleet.api().job(job);
    }

    /** F47: far more than is kept; the rest is counted, and the task is not held up for good. */
    @Test
    void outputFlood_isKeptToItsQuotaAndCounted() {
        try (Trial trial = trial("F47")) {
            String flood =
                    "yes 0123456789abcde | head -c 200000000; head -c 100000000 /dev/zero >&2";
            String job = trial.submit(Trial.spec(flood));

            trial.inject("output-flood", job, () -> fleet.api().awaitEnd(job));

            JsonNode attempt = verified(trial, job).path("attempts").path(0);
            assertThat(attempt.path("state").asText()).isEqualTo("SUCCEEDED");
            assertThat(attempt.path("stdoutBytes").asLong()).isEqualTo(OUTPUT_MAX);
            assertThat(attempt.path("stdoutDroppedBytes").asLong())
                    .isEqualTo(200_000_000 - OUTPUT_MAX);
            assertThat(attempt.path("stderrDroppedBytes").asLong())
                    .isEqualTo(100_000_000 - OUTPUT_MAX);
            assertThat(fleet.api().stdout(job)).startsWith("0123456789abcde\n0123456789");
        }
    }

    /** F50: the bound of processes holds, and all of them are gone at the time limit. */
    @Test
    void forkBomb_isBoundedAndEnds() {
        try (Trial trial = trial("F50")) {
            // A shell that cannot fork ends; the sleepers stay, and what waits for the limit.
            String bomb = "b() { sleep 600 & b | b & b; }; (b); exec sleep 600";
            String job = trial.submit(Trial.spec(bomb).put("timeout", "3s"));

            Path worker = fleet.data("one").resolve("workers/one");
            long refusedBefore = Groups.refusedForks(worker);
            List<Integer> counts = new ArrayList<>();
            trial.inject(
                    "fork-bomb",
                    job,
                    () ->
                            await().pollInterval(Duration.ofMillis(50))
                                    .until(() -> {
                                        counts.add(Groups.fullest(worker));
                                        return hasEnded(job);
                                    }));

            JsonNode ended = verified(trial, job);
            assertThat(ended.path("state").asText()).isEqualTo("FAILED");
            assertThat(ended.path("attempts").path(0).path("reason").asText()).isEqualTo("timeout");
            assertThat(Collections.max(counts)).isBetween(2, PIDS_MAX);
            assertThat(Groups.refusedForks(worker)).isGreaterThan(refusedBefore);
        }
    }

    private boolean hasEnded(String job) {
        return Api.TERMINAL.contains(fleet.api().job(job).path("state").asText());
    }

    /** F52: deaf to TERM, stopped by itself, with children that are the same. */
    @Test
    void taskDeafToTerm_isDeadAfterCancel() {
        try (Trial trial = trial("F52")) {
            String deaf = "trap '' TERM INT HUP; (while :; do sleep 1; done) & ";
            String spins = trial.submit(Trial.spec(deaf + "while :; do sleep 0.1; done"));
            String stops = trial.submit(Trial.spec(deaf + "kill -STOP $$"));
            fleet.api().awaitState(spins, "RUNNING");
            fleet.api().awaitState(stops, "RUNNING");

            trial.inject("cancel", spins, () -> trial.cancel(spins));
            trial.inject("cancel", stops, () -> trial.cancel(stops));

            assertThat(verified(trial, spins).path("state").asText()).isEqualTo("CANCELLED");
            assertThat(fleet.api().job(stops).path("state").asText()).isEqualTo("CANCELLED");
        }
    }

    /** F53: every byte that there is, in an order that no encoding knows. */
    @Test
    void bytesOfNoEncoding_comeBackAsTheyWere() throws IOException {
        byte[] bytes = new byte[300_000];
        new Random(SEED).nextBytes(bytes);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part :
                Arrays.asList(
                        new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf, 0, 0x1b, '[', '2', 'J'},
                        new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80, (byte) 0xff, '\r'},
                        bytes)) {
            all.write(part);
        }
        Path file = Files.write(stage.path("bytes"), all.toByteArray());
        try (Trial trial = trial("F53")) {
            String job = trial.submit(Trial.spec("cat " + file + "; cat " + file + " >&2"));

            trial.inject("odd-bytes", job, () -> fleet.api().awaitEnd(job));

            verified(trial, job);
            String logs = "/jobs/" + job + "/logs?stream=";
            assertThat(fleet.api().get(logs + "stdout").body()).isEqualTo(all.toByteArray());
            assertThat(fleet.api().get(logs + "stderr").body()).isEqualTo(all.toByteArray());
        }
    }

    /** F55: a workspace that resists being removed. */
    @Test
    void workspaceThatResists_isRemoved() {
        try (Trial trial = trial("F55")) {
            String hostile =
                    """
                    mkdir -p deep/er many && cd many
                    i=0; while [ $i -lt 5000 ]; do : >$i; i=$((i+1)); done; cd ..
                    truncate -s 1T sparse.out; mkfifo fifo.out; ln -s . loop; ln -s loop/loop self
                    touch "$(printf 'odd\\nname\\033[2J')" deep/er/file
                    chmod 000 deep/er deep many
                    cd / && chmod 000 "$ORRERY_DIR"
                    """;
            ObjectNode spec = Trial.spec(hostile);
            spec.putArray("outputs").add("*.out").add("loop/**");
            String job = trial.submit(spec);

            trial.inject("hostile-workspace", job, () -> fleet.api().awaitEnd(job));
            String after = trial.submit(trial.spec(0.1));

            verified(trial, after);
            assertThat(fleet.api().job(after).path("state").asText()).isEqualTo("SUCCEEDED");
            assertThat(Api.TERMINAL).contains(fleet.api().job(job).path("state").asText());
            assertThat(outputs(job)).as("a pipe and what is behind links are no outputs").isEmpty();
        }
    }

    /**
     * F55, of a workspace that lets itself be read: of what outputs match, files alone are kept.
     */
    @Test
    void pipesAndLoops_areNoOutputs() {
        try (Trial trial = trial("F55-outputs")) {
            String odd = "mkdir real; echo a >a.out; echo b >real/b; mkfifo fifo.out; ln -s . loop";
            ObjectNode spec = Trial.spec(odd + "; ln -s real linked; ln -s a.out link.out");
            spec.putArray("outputs").add("*.out").add("loop/**").add("linked/**").add("real/**");
            String job = trial.submit(spec);

            trial.inject("odd-files", job, () -> fleet.api().awaitEnd(job));

            assertThat(verified(trial, job).path("state").asText()).isEqualTo("SUCCEEDED");
            assertThat(outputs(job)).containsExactlyInAnyOrder("a.out", "real/b");
        }
    }

    private List<String> outputs(String job) {
        List<String> names = new ArrayList<>();
        for (JsonNode file : fleet.api().get("/jobs/" + job + "/outputs").json().path("items")) {
            names.add(file.path("name").asText());
        }
        return names;
    }
}
