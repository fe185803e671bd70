package dev.orrery.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.api.Answer;
import dev.orrery.api.ApiFixture;
import dev.orrery.api.Form;
import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.StoredFile;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptToken;
import dev.orrery.store.CentralStore;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What the routes show of jobs and do to them. */
final class JobRoutesTest {
    private static ApiFixture api;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        api = new ApiFixture(data, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        api.close();
    }

    @Test
    void job_isFoundByEveryOfItsNames() throws Exception {
        JobId job = api.submit("{\"command\":\"true\",\"name\":\"named\"}");
        Answer byId = api.get("/api/v1/jobs/" + job);
        String number = byId.text("number");

        for (String selector :
                List.of(
                        "last",
                        number,
                        job.toString().substring(0, 23),
                        job.toString().toUpperCase(java.util.Locale.ROOT),
                        number + "?namespace=default")) {
            assertThat(api.get("/api/v1/jobs/" + selector).text("id")).isEqualTo(job.toString());
        }
        assertThat(api.get("/api/v1/jobs/999999").problem()).isEqualTo("404 not-found");
        assertThat(api.get("/api/v1/jobs/ab").problem()).isEqualTo("404 not-found");
        assertThat(api.get("/api/v1/jobs/%3Cscript%3E").problem()).isEqualTo("404 not-found");
    }

    @Test
    void ambiguousPrefix_isSaidToBeSo() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        api.submit("{\"command\":\"true\"}");

        assertThat(api.get("/api/v1/jobs/" + job.toString().substring(0, 8)).problem())
                .isEqualTo("400 invalid-value job");
    }

    @Test
    void list_isFilteredAndPaged() throws Exception {
        for (int i = 0; i < 5; i++) {
            api.submit(
                    "{\"command\":\"true\",\"namespace\":\"paged\",\"labels\":{\"n\":\""
                            + i
                            + "\"}}");
        }

        Answer first = api.get("/api/v1/jobs?namespace=paged&limit=3");
        Answer second =
                api.get("/api/v1/jobs?namespace=paged&limit=3&cursor=" + first.text("next"));
        Answer labelled = api.get("/api/v1/jobs?namespace=paged&label=n%3D2&state=queued,running");

        assertThat(first.json().path("items").findValuesAsText("number"))
                .containsExactly("5", "4", "3");
        assertThat(second.json().path("items").findValuesAsText("number"))
                .containsExactly("2", "1");
        assertThat(second.json().has("next")).isFalse();
        assertThat(labelled.json().path("items").findValuesAsText("number")).containsExactly("3");
        assertThat(api.get("/api/v1/jobs?namespace=paged&numbers=2-3").json().path("items"))
                .hasSize(2);
        assertThat(api.get("/api/v1/jobs?cursor=nonsense").problem())
                .isEqualTo("400 invalid-value cursor");
        assertThat(api.get("/api/v1/jobs?state=BAD").problem())
                .isEqualTo("400 invalid-value state");
        assertThat(api.get("/api/v1/jobs?limit=501").problem())
                .isEqualTo("400 invalid-value limit");
        assertThat(api.get("/api/v1/jobs?numbers=3-1").problem())
                .isEqualTo("400 invalid-value numbers");
    }

    @Test
    void life_isShownFromSubmissionToRemoval() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        String path = "/api/v1/jobs/" + job;
        assertThat(api.get(path + "/explain").json().path("reasons").get(0).asText())
                .contains("gpus");
        assertThat(post(path + "/retry").problem()).isEqualTo("409 conflict");
        assertThat(api.send(api.request(path).DELETE()).problem()).isEqualTo("409 conflict");

        api.scheduler().start(job);
        api.scheduler().end(job, 3, "out\n", List.of());

        assertThat(post(path + "/cancel").problem()).isEqualTo("409 conflict");
        assertThat(api.get(path + "/explain").body()).contains("exit-code 3");
        Answer shown = api.get(path);
        assertThat(shown.text("state")).isEqualTo("FAILED");
        assertThat(shown.json().at("/attempts/0/exitCode").asInt()).isEqualTo(3);
        assertThat(shown.json().at("/attempts/0/wallSeconds").asDouble()).isEqualTo(1.5);
        assertThat(api.get(path + "/tasks").json().at("/items/0/state").asText())
                .isEqualTo("FAILED");
        Answer retried = post(path + "/retry");
        assertThat(retried.status()).isEqualTo(202);
        assertThat(retried.text("round")).isEqualTo("2");
        assertThat(post(path + "/cancel").text("state")).isEqualTo("CANCELLED");
        assertThat(api.send(api.request(path).DELETE()).status()).isEqualTo(204);
        assertThat(api.get(path).status()).isEqualTo(404);
    }

    @Test
    void logs_comeFromWhereverTheyAre() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        String logs = "/api/v1/jobs/" + job + "/logs";
        assertThat(api.get(logs).body()).isEmpty();
        api.scheduler().start(job);
        assertThat(ship(job, 0, "hello ", false)).isEqualTo(204);
        assertThat(ship(job, 6, "world\n", true)).isEqualTo(204);

        assertThat(api.get(logs).body()).isEqualTo("hello world\n");
        assertThat(api.get(logs + "?offset=6&limit=5").body()).isEqualTo("world");
        assertThat(api.get(logs + "?stream=stderr").body()).isEmpty();
        assertThat(api.get(logs + "?stream=other").problem()).isEqualTo("400 invalid-value stream");
        assertThat(api.get(logs + "?attempt=7").problem()).isEqualTo("404 not-found");
        api.scheduler().end(job, 0, new CapturedLog(12, 99, new Content.Shipped()), List.of());
        Answer ended = api.get(logs);
        assertThat(ended.body()).isEqualTo("hello world\n");
        assertThat(ended.header("x-orrery-dropped-bytes")).isEqualTo("99");
        assertThat(ended.header("content-disposition")).startsWith("attachment");
    }

    @Test
    void followedLog_waitsGrowsAndEnds() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        CompletableFuture<Answer> followed =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return api.get("/api/v1/jobs/" + job + "/logs?follow=true");
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
        api.scheduler().start(job);
        ship(job, 0, "one\n", false);
        ship(job, 4, "two\n", false);
        api.scheduler().end(job, 0, new CapturedLog(8, 0, new Content.Shipped()), List.of());

        assertThat(followed.get(10, java.util.concurrent.TimeUnit.SECONDS).body())
                .isEqualTo("one\ntwo\n");
    }

    @Test
    void outputs_areAttachmentsWithRanges() throws Exception {
        JobId job = api.submit("{\"command\":\"true\"}");
        byte[] large = new byte[100_000];
        large[99_999] = 'z';
        BlobId blob;
        CentralStore.Staged staged = api.blobs().stage();
        staged.write(ByteBuffer.wrap(large));
        blob = staged.keep();
        api.scheduler().start(job);
        StoredFile small =
                new StoredFile(
                        "dir/<b>.html", 5, "a".repeat(64), new Content.Inline(Bytes.utf8("<b>hi")));
        StoredFile big =
                new StoredFile("big", large.length, blob.sha256(), new Content.Stored(blob));
        api.scheduler().end(job, 0, "", List.of(small, big));
        staged.close();
        String outputs = "/api/v1/jobs/" + job + "/outputs";

        assertThat(api.get(outputs).json().path("items").findValuesAsText("name"))
                .containsExactly("dir/<b>.html", "big");
        Answer html = api.get(outputs + "/dir/%3Cb%3E.html");
        assertThat(html.body()).isEqualTo("<b>hi");
        assertThat(html.header("content-type")).isEqualTo("application/octet-stream");
        assertThat(html.header("content-disposition"))
                .startsWith("attachment; filename=\"_b_.html\"");
        assertThat(range(outputs + "/big", "bytes=99999-").body()).isEqualTo("z");
        assertThat(range(outputs + "/big", "bytes=-1").header("content-range"))
                .isEqualTo("bytes 99999-99999/100000");
        assertThat(range(outputs + "/big", "bytes=100000-").problem())
                .isEqualTo("416 range-refused Range");
        assertThat(api.get(outputs + "/big").response().body()).isEqualTo(large);
        assertThat(
                        api.send(
                                        api.request(outputs + "/big")
                                                .header("if-none-match", '"' + blob.sha256() + '"'))
                                .status())
                .isEqualTo(304);
        assertThat(
                        api.send(
                                        api.request(outputs + "/big")
                                                .method("HEAD", BodyPublishers.noBody()))
                                .header("content-length"))
                .isEqualTo("100000");
        assertThat(api.get(outputs + "/..%2f..%2fadmin.token").problem())
                .isEqualTo("404 not-found");
    }

    @Test
    void internalRoutes_moveBytesUnderAnAttemptsToken() throws Exception {
        byte[] bytes = new byte[300_000];
        Form form = new Form().job("{\"command\":\"true\"}").file("file", "big", bytes);
        JobId job = JobId.parse(api.post("/api/v1/jobs", form).text("id"));
        JobId other = api.submit("{\"command\":\"true\"}");
        api.scheduler().start(job);
        api.scheduler().start(other);
        byte[] output = new byte[400_000];

        Answer kept =
                api.send(
                        internal("/internal/v1/blobs", other)
                                .PUT(BodyPublishers.ofByteArray(output)));
        String input =
                api.get("/api/v1/jobs/" + job)
                        .json()
                        .path("inputs")
                        .path(0)
                        .path("sha256")
                        .asText();

        assertThat(kept.status()).isEqualTo(200);
        assertThat(api.send(internal("/internal/v1/blobs/" + input, job)).response().body())
                .isEqualTo(bytes);
        assertThat(api.get("/internal/v1/blobs/" + input).problem())
                .isEqualTo("401 unauthenticated");
        assertThat(api.send(internal("/internal/v1/blobs/x", job)).problem())
                .isEqualTo("404 not-found");
        for (String foreign : List.of(input, kept.text("sha256"))) {
            assertThat(api.send(internal("/internal/v1/blobs/" + foreign, other)).problem())
                    .isEqualTo("404 not-found");
        }
    }

    private static int ship(JobId job, long offset, String text, boolean last) throws Exception {
        String path = "/internal/v1/logs?stream=stdout&offset=" + offset + "&last=" + last;
        return api.send(internal(path, job).POST(BodyPublishers.ofString(text))).status();
    }

    private static HttpRequest.Builder internal(String path, JobId job) {
        String token =
                AttemptToken.mint(
                        new AttemptToken.Claims(
                                Namespace.DEFAULT,
                                api.scheduler().attempt(job),
                                new WorkerId("w1"),
                                1),
                        ApiFixture.KEY);
        return HttpRequest.newBuilder(api.uri(path)).header("authorization", "Bearer " + token);
    }

    private static Answer post(String path) throws Exception {
        return api.send(api.request(path).POST(BodyPublishers.noBody()));
    }

    private static Answer range(String path, String range) throws Exception {
        return api.send(api.request(path).header("range", range));
    }
}
