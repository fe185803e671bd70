package dev.orrery.api.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orrery.api.Form;
import dev.orrery.model.BlobId;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.StoredFile;
import dev.orrery.store.CentralStore;
import dev.orrery.store.StoreException;
import dev.orrery.store.TooFewCopiesException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Files count as kept once enough masters have them, and outlive the one that took them. */
final class ReplicatedBlobsTest {

    @TempDir private Path root;
    private Optional<SeveralMasters> open = Optional.empty();

    @AfterEach
    void stop() throws IOException {
        if (open.isPresent()) {
            open.get().close();
        }
    }

    private SeveralMasters masters(int count, int min) throws Exception {
        SeveralMasters made = new SeveralMasters(root, count, min);
        open = Optional.of(made);
        return made;
    }

    @Test
    void acceptedUpload_isOnTwoMasters() throws Exception {
        SeveralMasters masters = masters(3, 2);

        HttpResponse<byte[]> answer = submit(masters.get(0), bytes(1, 100_000));

        assertThat(answer.statusCode()).isEqualTo(201);
        BlobId blob = id(bytes(1, 100_000));
        assertThat(holders(masters, blob, 3)).hasSize(2).contains("master-0");
        assertThat(masters.copies().of(blob)).isEqualTo(holders(masters, blob, 3));
    }

    @Test
    void input_outlivesTheMasterThatTookIt() throws Exception {
        SeveralMasters masters = masters(3, 2);
        byte[] bytes = bytes(2, 300_000);
        JobId job = job(submit(masters.get(0), bytes));

        masters.get(0).lose();

        for (int other = 1; other < 3; other++) {
            HttpResponse<byte[]> read =
                    masters.get(other).get("/api/v1/jobs/" + job + "/inputs/input.bin");
            assertThat(read.statusCode()).isEqualTo(200);
            assertThat(read.body()).isEqualTo(bytes);
        }
        assertThat(masters.copies().of(id(bytes))).contains("master-1", "master-2");
    }

    @Test
    void output_outlivesTheMasterThatTookIt() throws Exception {
        SeveralMasters masters = masters(2, 2);
        JobId job = job(submit(masters.get(0), bytes(3, 20_000)));
        masters.scheduler().start(job);
        byte[] bytes = bytes(4, 400_000);

        HttpResponse<byte[]> kept = putOutput(masters, masters.get(0), job, bytes);
        BlobId blob = id(bytes);
        StoredFile file =
                new StoredFile("out", bytes.length, blob.sha256(), new Content.Stored(blob));
        masters.scheduler().end(job, 0, "", List.of(file));
        masters.get(0).lose();

        assertThat(kept.statusCode()).isEqualTo(200);
        assertThat(masters.get(1).get("/api/v1/jobs/" + job + "/outputs/out").body())
                .isEqualTo(bytes);
    }

    @Test
    void loneMaster_refusesFilesAndTakesWhatRidesInTheJob() throws Exception {
        SeveralMasters masters = masters(2, 2);
        masters.get(1).stop();

        HttpResponse<byte[]> large = submit(masters.get(0), bytes(5, 50_000));
        HttpResponse<byte[]> small = submit(masters.get(0), bytes(6, 100));

        assertThat(large.statusCode()).isEqualTo(503);
        assertThat(large.headers().firstValue("retry-after")).contains("1");
        assertThat(new String(large.body(), UTF_8)).contains("unavailable", "blobs.replicas.min");
        assertThat(masters.copies().of(id(bytes(5, 50_000)))).isEmpty();
        assertThat(small.statusCode()).isEqualTo(201);
    }

    @Test
    void loneMaster_refusesAnOutputUntilAnotherOneIsThere() throws Exception {
        SeveralMasters masters = masters(2, 2);
        JobId job = job(submit(masters.get(0), bytes(7, 100)));
        masters.scheduler().start(job);
        masters.get(1).stop();
        byte[] bytes = bytes(8, 50_000);

        int alone = putOutput(masters, masters.get(0), job, bytes).statusCode();
        masters.start("master-9");
        awaitPeers(masters, job);
        int together = putOutput(masters, masters.get(0), job, bytes).statusCode();

        assertThat(alone).isEqualTo(503);
        assertThat(together).isEqualTo(200);
        assertThat(masters.copies().of(id(bytes))).containsExactly("master-0", "master-9");
    }

    @Test
    void fileThatNobodyAliveHas_isNotCalledGone() throws Exception {
        SeveralMasters masters = masters(3, 1);
        byte[] bytes = bytes(9, 50_000);
        JobId job = job(submit(masters.get(0), bytes));

        masters.get(0).stop();

        HttpResponse<byte[]> read = masters.get(1).get("/api/v1/jobs/" + job + "/inputs/input.bin");
        assertThat(read.statusCode()).isEqualTo(503);
        assertThatThrownBy(() -> masters.get(1).blobs().find(id(bytes)))
                .isInstanceOf(TooFewCopiesException.class);
        assertThat(masters.get(1).blobs().find(id(bytes(10, 10)))).isEmpty();
    }

    @Test
    void damagedCopy_isNotTaken() throws Exception {
        SeveralMasters masters = masters(3, 2);
        byte[] bytes = bytes(11, 50_000);
        JobId job = job(submit(masters.get(0), bytes));
        BlobId blob = id(bytes);
        SeveralMasters.One reader =
                masters.get(masters.copies().of(blob).contains("master-1") ? 2 : 1);
        Path damaged = masters.get(0).local().find(blob).orElseThrow();
        bytes[7] ^= 1;
        Files.write(damaged, bytes);
        bytes[7] ^= 1;

        assertThat(reader.get("/api/v1/jobs/" + job + "/inputs/input.bin").body()).isEqualTo(bytes);
    }

    @Test
    void manyReaders_pullOnce() throws Exception {
        SeveralMasters masters = masters(2, 1);
        byte[] bytes = bytes(12, 3_000_000);
        BlobId blob = keep(masters.get(0), bytes);
        int readers = 50;

        List<Callable<Optional<Path>>> calls = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            calls.add(() -> masters.get(1).blobs().find(blob));
        }
        List<Path> found = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Optional<Path>> call : threads.invokeAll(calls)) {
                found.add(call.get().orElseThrow());
            }
        }

        assertThat(found).hasSize(readers).containsOnly(found.getFirst());
        assertThat(found.getFirst()).hasBinaryContent(bytes);
        assertThat(masters.get(0).blobsGiven()).isEqualTo(1);
    }

    @Test
    void discardedUpload_staysForAnotherMasterThatCountsOnIt() throws Exception {
        SeveralMasters masters = masters(2, 2);
        byte[] bytes = bytes(13, 50_000);
        BlobId blob = keep(masters.get(1), bytes);

        keep(masters.get(0), bytes);
        masters.get(0).blobs().discard(blob);

        assertThat(masters.get(0).local().find(blob)).isPresent();
    }

    @Test
    void sweep_removesWhatIsOldAndUnneededWithItsEntry() throws Exception {
        SeveralMasters masters = masters(2, 2);
        byte[] needed = bytes(14, 50_000);
        JobId job = job(submit(masters.get(0), needed));
        BlobId unneeded = keep(masters.get(0), bytes(15, 50_000));
        BlobId young = keep(masters.get(0), bytes(16, 50_000));
        for (BlobId blob : List.of(id(needed), unneeded)) {
            Files.setLastModifiedTime(
                    masters.get(1).local().find(blob).orElseThrow(),
                    FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        }

        for (int shelf = 0; shelf < CentralStore.SHELVES; shelf++) {
            masters.get(1).blobs().sweep(shelf);
        }

        assertThat(masters.get(1).local().find(unneeded)).isEmpty();
        assertThat(masters.copies().of(unneeded)).containsExactly("master-0");
        for (BlobId kept : List.of(id(needed), young)) {
            assertThat(masters.get(1).local().find(kept)).isPresent();
            assertThat(masters.copies().of(kept)).containsExactly("master-0", "master-1");
        }
        assertThat(masters.get(1).get("/api/v1/jobs/" + job + "/inputs/input.bin").body())
                .isEqualTo(needed);
    }

    @Test
    void lostCopy_isMadeUpFor() throws Exception {
        SeveralMasters masters = masters(3, 2);
        BlobId blob = keep(masters.get(0), bytes(17, 50_000));
        masters.get(0).lose();

        for (int i = 1; i < 3; i++) {
            masters.get(i).makeUp();
        }

        assertThat(masters.get(1).local().find(blob)).isPresent();
        assertThat(masters.get(2).local().find(blob)).isPresent();
        assertThat(masters.copies().of(blob)).contains("master-1", "master-2");
    }

    @Test
    void copyForWhichThereIsNoSpace_isNotTaken() throws Exception {
        SeveralMasters masters = masters(2, 1);
        BlobId blob = keep(masters.get(0), bytes(18, 50_000));

        assertThatThrownBy(() -> masters.get(1).blobsThatLeave(Long.MAX_VALUE).find(blob))
                .hasRootCauseInstanceOf(StoreException.class)
                .hasStackTraceContaining("too little space");
        assertThat(masters.get(1).local().find(blob)).isEmpty();
        assertThat(masters.get(1).blobsThatLeave(1).find(blob)).isPresent();
    }

    private static void awaitPeers(SeveralMasters masters, JobId job) throws Exception {
        byte[] probe = bytes(99, 1000);
        Instant end = Instant.now().plusSeconds(10);
        while (putOutput(masters, masters.get(0), job, probe).statusCode() != 200) {
            assertThat(Instant.now()).isBefore(end);
        }
    }

    private static HttpResponse<byte[]> putOutput(
            SeveralMasters masters, SeveralMasters.One at, JobId job, byte[] bytes)
            throws Exception {
        return masters.send(
                at.request("/internal/v1/blobs", masters.attemptToken(job))
                        .PUT(BodyPublishers.ofByteArray(bytes)));
    }

    private HttpResponse<byte[]> submit(SeveralMasters.One master, byte[] input) throws Exception {
        return submit(open.orElseThrow(), master, input);
    }

    static HttpResponse<byte[]> submit(
            SeveralMasters masters, SeveralMasters.One master, byte[] input) throws Exception {
        Form form = new Form().job("{\"command\":\"true\"}").file("file", "input.bin", input);
        return masters.send(
                master.request("/api/v1/jobs")
                        .header("content-type", form.contentType())
                        .POST(BodyPublishers.ofByteArray(form.body())));
    }

    static JobId job(HttpResponse<byte[]> answer) {
        String body = new String(answer.body(), UTF_8);
        assertThat(answer.statusCode()).as(body).isEqualTo(201);
        return JobId.parse(body.replaceFirst("(?s).*?\"id\"\\s*:\\s*\"([^\"]+)\".*", "$1"));
    }

    private static List<String> holders(SeveralMasters masters, BlobId blob, int count)
            throws IOException {
        List<String> holders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (masters.get(i).local().find(blob).isPresent()) {
                holders.add(masters.get(i).id());
            }
        }
        return holders;
    }

    private static BlobId keep(SeveralMasters.One master, byte[] bytes) throws IOException {
        try (CentralStore.Staged staged = master.blobs().stage()) {
            staged.write(ByteBuffer.wrap(bytes));
            return staged.keep();
        }
    }

    static BlobId id(byte[] bytes) throws Exception {
        return new BlobId(
                java.util.HexFormat.of()
                        .formatHex(
                                java.security.MessageDigest.getInstance("SHA-256").digest(bytes)));
    }

    static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }
}
