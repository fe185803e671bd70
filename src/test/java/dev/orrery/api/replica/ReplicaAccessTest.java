package dev.orrery.api.replica;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.store.CentralStore;
import dev.orrery.store.replica.MasterToken;
import dev.orrery.store.replica.MasterToken.Right;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** The routes between masters open to a master's token for the very thing, and to nothing else. */
final class ReplicaAccessTest {

    private static final byte[] BYTES = ReplicatedBlobsTest.bytes(1, 30_000);
    private static final String BLOBS = "/internal/v1/replicas/blobs/";
    private static final String LOGS = "/internal/v1/replicas/logs/";

    @TempDir private Path root;
    private SeveralMasters masters;
    private SeveralMasters.One master;
    private BlobId blob;

    @BeforeEach
    void start() throws Exception {
        masters = new SeveralMasters(root, 1, 1);
        master = masters.get(0);
        try (CentralStore.Staged staged = master.blobs().stage()) {
            staged.write(ByteBuffer.wrap(BYTES));
            blob = staged.keep();
        }
    }

    @AfterEach
    void stop() throws IOException {
        masters.close();
    }

    @Test
    void tokenForTheBlob_opensIt() throws Exception {
        String token = token(right("GET", BLOBS + blob), SeveralMasters.KEY, Instant.now());

        HttpResponse<byte[]> answer = masters.send(master.request(BLOBS + blob, token));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(BYTES);
    }

    @Test
    void everyOtherToken_isRefused() throws Exception {
        Instant now = Instant.now();
        String other = "0".repeat(64);
        JobId job = job();
        masters.scheduler().start(job);
        String path = BLOBS + blob;
        List<String> refused =
                List.of(
                        token(right("GET", path), "another key".getBytes(UTF_8), now),
                        token(right("GET", path), SeveralMasters.KEY, now.minus(hours(1))),
                        token(right("GET", path), SeveralMasters.KEY, now.plus(hours(1))),
                        token(right("PUT", path), SeveralMasters.KEY, now),
                        token(right("GET", BLOBS + other), SeveralMasters.KEY, now),
                        token(new Right("master-7", "GET", path), SeveralMasters.KEY, now),
                        later(token(right("GET", path), SeveralMasters.KEY, now)),
                        masters.attemptToken(job),
                        "orr_of-admin",
                        "omt1..",
                        "omt1.99999999999999999999.x",
                        "omt1.1");

        for (String token : refused) {
            assertThat(masters.send(master.request(path, token)).statusCode())
                    .as(token)
                    .isEqualTo(401);
        }
    }

    @Test
    void attemptToken_opensNoRouteBetweenMasters() throws Exception {
        JobId job = job();
        masters.scheduler().start(job);
        String token = masters.attemptToken(job);
        String log = LOGS + job + "/0-0/1/stdout";

        assertThat(put(BLOBS + blob, token, BYTES).statusCode()).isEqualTo(401);
        assertThat(put(log + "?offset=0&last=true", token, BYTES).statusCode()).isEqualTo(401);
        assertThat(masters.send(master.request(log, token)).statusCode()).isEqualTo(401);
        assertThat(master.localLogs().of(job)).isEmpty();
    }

    @Test
    void tokenForAPieceOfALog_isGoodForNoOtherPlaceInIt() throws Exception {
        JobId job = job();
        String log = LOGS + job + "/0-0/1/stdout";
        String token = token("PUT", log + "?offset=0&last=false");

        assertThat(put(log + "?offset=1&last=false", token, BYTES).statusCode()).isEqualTo(401);
        assertThat(put(log + "?offset=0&last=true", token, BYTES).statusCode()).isEqualTo(401);
        assertThat(put(log, token, BYTES).statusCode()).isEqualTo(401);
        assertThat(put(log + "?offset=0&last=false", token, BYTES).statusCode()).isEqualTo(204);
    }

    @Test
    void masterToken_opensNoRouteOfWorkers() throws Exception {
        String path = "/internal/v1/blobs/" + blob;
        String token = token(right("GET", path), SeveralMasters.KEY, Instant.now());

        assertThat(masters.send(master.request(path, token)).statusCode()).isEqualTo(401);
    }

    @Test
    void bytesOfAnotherChecksum_areRefusedAndNotKept() throws Exception {
        byte[] wanted = ReplicatedBlobsTest.bytes(2, 50_000);
        String path = BLOBS + ReplicatedBlobsTest.id(wanted);
        byte[] damaged = wanted.clone();
        damaged[49_999] ^= 1;

        HttpResponse<byte[]> answer = put(path, token("PUT", path), damaged);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(new String(answer.body(), UTF_8)).contains("sha256");
        assertThat(master.local().find(ReplicatedBlobsTest.id(wanted))).isEmpty();
        assertThat(master.local().find(ReplicatedBlobsTest.id(damaged))).isEmpty();
        assertThat(put(path, token("PUT", path), wanted).statusCode()).isEqualTo(204);
        assertThat(master.local().find(ReplicatedBlobsTest.id(wanted))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "..%2f..%2fadmin.token",
                "%2e%2e",
                "lock",
                "ABCDEF0000000000000000000000000000000000000000000000000000000000",
                "00%00000000000000000000000000000000000000000000000000000000000000"
            })
    void blobIdThatIsNone_namesNothing(String id) throws Exception {
        String path = BLOBS + id;

        assertThat(masters.send(master.request(path, token("GET", path))).statusCode())
                .isEqualTo(404);
        assertThat(put(path, token("PUT", path), BYTES).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..%2f..%2fx/0-0/1/stdout",
                "%s/..%2f0/1/stdout",
                "%s/0/1/stdout",
                "%s/5-2/1/stdout",
                "%s/0-0/0/stdout",
                "%s/0-0/-1/stdout",
                "%s/0-0/1/stdin",
                "%s/0-0/1/..%2fstdout",
                "%s/0-9999999999/1/stdout"
            })
    void logThatIsNone_namesNothing(String log) throws Exception {
        String path = LOGS + log.replaceFirst("^%s", job().toString());

        String uri = path + "?offset=0&last=false";
        HttpResponse<byte[]> answer = put(uri, token("PUT", uri), BYTES);

        assertThat(answer.statusCode()).isEqualTo(404);
        try (Stream<Path> files = Files.walk(master.directory().resolve("logs"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private HttpResponse<byte[]> put(String path, String token, byte[] bytes) throws Exception {
        return masters.send(master.request(path, token).PUT(BodyPublishers.ofByteArray(bytes)));
    }

    private JobId job() throws Exception {
        return ReplicatedBlobsTest.job(
                masters.send(
                        master.request("/api/v1/jobs")
                                .header("content-type", "application/json")
                                .POST(BodyPublishers.ofString("{\"command\":\"true\"}"))));
    }

    private Right right(String method, String path) {
        return new Right(master.id(), method, path);
    }

    private String token(String method, String path) {
        return token(right(method, path), SeveralMasters.KEY, Instant.now());
    }

    private static String token(Right right, byte[] key, Instant now) {
        return MasterToken.mint(right, key, now);
    }

    private static Duration hours(long hours) {
        return Duration.ofHours(hours);
    }

    /** The same token, said to end later. */
    private static String later(String token) {
        String[] parts = token.split("\\.", -1);
        return parts[0] + "." + (Long.parseLong(parts[1]) + 60) + "." + parts[2];
    }
}
