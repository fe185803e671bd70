package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A running cluster is copied into a file, lost, and put back. */
final class BackupIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);
    private final Path file = stage.path("orrery.tar");

    private Program orrery(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--data", stage.path("data").toString()));
        all.addAll(List.of(arguments));
        return stage.java(all.toArray(String[]::new));
    }

    private String member(String data) throws IOException {
        String known = Files.readString(stage.path(data).resolve("cluster.json"));
        return Api.parse(known).path("members").path(0).asText();
    }

    /** Starts a master in the common directory that joins the cluster of a worker. */
    private Api successor(String worker) throws IOException {
        Program master =
                stage.java(
                        "master",
                        "--port",
                        "0",
                        "--join",
                        member(worker),
                        "--data",
                        stage.path("data").toString());
        return stage.api(master.ready(), "data");
    }

    @Test
    void restored_hasAllThatWasAndGoesOnWithLiveWorkers() throws IOException {
        // given jobs with files, a token, one that runs, and one that waits
        Api api = cluster.master();
        Program worker = cluster.alone("one", "worker", cluster.memberAddress());
        cluster.awaitNode(api, "one", "READY");
        byte[] large = "line\n".repeat(40_000).getBytes(StandardCharsets.UTF_8);
        String spec = "{\"command\": \"wc -l <in >out; cat in\", \"outputs\": [\"out\"]}";
        Api.Answer accepted = api.postForm(new Form().json(spec).file("in", large));
        String done = accepted.json().path("id").asText();
        assertThat(api.awaitEnd(done).path("state").asText()).isEqualTo("SUCCEEDED");
        String token =
                api.post("/tokens", "{\"name\":\"ci\",\"role\":\"submitter\"}")
                        .json()
                        .path("token")
                        .asText();
        JsonNode keyed = api.post("/jobs", "{\"command\":\"true\"}", "Idempotency-Key", "k").json();
        Path go = stage.path("go");
        String running = api.submitShell("until [ -e " + go + " ]; do sleep 0.1; done; echo went");
        cluster.runningOn(api, running, 1);
        String waiting = api.submitShell("echo waited");

        // when it is copied, led by two more masters, and lost
        Map<String, JsonNode> before = jobs(api);
        Program backup = orrery("backup", file.toString());
        assertThat(backup.exit()).as(backup.err()).isZero();
        for (int i = 0; i < 2; i++) {
            cluster.masterProgram().kill();
            cluster.awaitNode(cluster.master(), "one", "READY");
        }
        cluster.masterProgram().kill();
        Files.move(stage.path("data"), stage.path("lost"));
        Program restore = orrery("restore", file.toString());
        assertThat(restore.exit()).as(restore.err()).isZero();
        Api after = successor("worker");

        // then everything is there as it was
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(jobs(after)).isEqualTo(before);
        assertThat(after.get("/jobs/" + done + "/outputs/out").text().strip()).isEqualTo("40000");
        assertThat(after.get("/jobs/" + done + "/logs?stream=stdout").body()).isEqualTo(large);
        assertThat(new Api(after.uri(), token).get("/jobs/" + done).status()).isEqualTo(200);
        JsonNode again =
                after.post("/jobs", "{\"command\":\"true\"}", "Idempotency-Key", "k").json();
        assertThat(again.path("id")).isEqualTo(keyed.path("id"));
        assertThat(again.path("replayed").asBoolean()).isTrue();

        // and the worker, which has seen later epochs, obeys; nothing runs twice
        cluster.awaitNode(after, "one", "READY");
        stage.write("go", "");
        assertThat(after.awaitEnd(running).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(after.stdout(running)).isEqualTo("went\n");
        assertThat(after.awaitEnd(waiting).path("attempt").asInt()).isEqualTo(1);
        String fresh = after.submitShell("echo fresh");
        JsonNode ended = after.awaitEnd(fresh);
        assertThat(ended.path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(ended.path("number").asLong()).isEqualTo(before.size() + 1);
        assertThat(worker.isAlive()).isTrue();
    }

    /** Jobs as they are told, but for what goes on while we look. */
    private static Map<String, JsonNode> jobs(Api api) {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        for (JsonNode job : api.get("/jobs").json().path("items")) {
            all.put(job.path("id").asText(), job);
        }
        return all;
    }

    @Test
    void jobThatRanAtTheBackup_runsAgainWhenItsWorkerIsGone() throws IOException {
        // given
        Api api = cluster.master();
        Program worker = cluster.alone("one");
        cluster.awaitNode(api, "one", "READY");
        String job = api.submitShell("[ $ORRERY_ATTEMPT -gt 1 ] || sleep 600; echo again");
        cluster.runningOn(api, job, 1);

        // when
        assertThat(orrery("backup", file.toString()).exit()).isZero();
        assertThat(api.job(job).path("attempt").asInt()).isEqualTo(1);
        worker.kill();
        cluster.masterProgram().kill();
        Files.move(stage.path("data"), stage.path("lost"));
        assertThat(orrery("restore", file.toString()).exit()).isZero();
        cluster.calmLeases();
        Api after = cluster.master();
        cluster.alone("two");

        // then
        JsonNode ended = after.awaitEnd(job);
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(ended.path("attempt").asInt()).isEqualTo(2);
        assertThat(ended.path("attempts").path(0).path("reason").asText()).isEqualTo("lost");
        assertThat(after.stdout(job)).isEqualTo("again\n");
    }

    @Test
    void backupUnderLoad_isConsistentAndHoldsUpNobody() throws IOException {
        // given clients that never cease
        Program node =
                stage.java(
                        "dev",
                        "--port",
                        "0",
                        "--data",
                        stage.path("data").toString(),
                        "--slots",
                        "2");
        Api api = stage.api(node.ready(), "data");
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            jobs.add(api.submitShell("echo " + i));
        }

        // when
        Program backup = orrery("backup", file.toString());
        int meanwhile = 0;
        while (backup.isAlive()) {
            jobs.add(api.submitShell("echo " + jobs.size()));
            meanwhile++;
        }
        assertThat(backup.exit()).as(backup.err()).isZero();
        jobs.forEach(api::awaitEnd);
        assertThat(node.terminate()).isZero();
        Files.move(stage.path("data"), stage.path("lost"));
        assertThat(orrery("restore", file.toString()).exit()).isZero();
        Program again =
                stage.java(
                        "dev",
                        "--port",
                        "0",
                        "--data",
                        stage.path("data").toString(),
                        "--slots",
                        "2");
        Api after = stage.api(again.ready(), "data");

        // then all that was accepted before it began is there, and ends
        assertThat(meanwhile).isPositive();
        for (int i = 0; i < 100; i++) {
            JsonNode ended = after.awaitEnd(jobs.get(i));
            assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
            assertThat(after.stdout(jobs.get(i))).isEqualTo(i + "\n");
        }
    }

    @Test
    void serverThatDies_leavesNoFile() throws IOException {
        Api api = cluster.master();
        byte[] large = new byte[96 << 20];
        new java.util.Random(1).nextBytes(large);
        api.postForm(new Form().json("{\"command\":\"true\"}").file("in", large));
        Path part = stage.path("orrery.tar.part");

        Program backup = orrery("backup", file.toString());
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> Files.exists(part) && Files.size(part) > 0);
        cluster.masterProgram().kill();

        assertThat(backup.exit()).isEqualTo(1);
        assertThat(backup.err()).contains("no backup was written");
        assertThat(file).doesNotExist();
        assertThat(part).doesNotExist();
    }

    @Test
    void directoryInUse_isNotRestoredInto() throws IOException {
        cluster.master();
        assertThat(orrery("backup", file.toString()).exit()).isZero();

        Program refused = orrery("restore", file.toString());

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("is not empty").contains("--data");
        assertThat(cluster.masterProgram().isAlive()).isTrue();
    }
}
