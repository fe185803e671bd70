package dev.orrery.api.replica;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.store.Copies.Output;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What workers ship is on enough masters once it is complete, and is read through any. */
final class ReplicatedLogsTest {

    private static final int PIECE = 100_000;

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
    void completeLog_outlivesTheMasterThatTookIt() throws Exception {
        SeveralMasters masters = masters(3, 2);
        byte[] output = ReplicatedBlobsTest.bytes(1, 3_500_000);
        JobId job = running(masters);

        ship(masters, 0, job, Piece.of(output, 0, 3_000_000));
        int last = ship(masters, 0, job, Piece.last(output, 3_000_000));
        masters.scheduler()
                .end(job, 0, new CapturedLog(output.length, 77, new Content.Shipped()), List.of());
        masters.get(0).lose();

        assertThat(last).isEqualTo(204);
        assertThat(masters.copies().ofLogs(output(masters, job))).hasSize(2).contains("master-0");
        for (int other = 1; other < 3; other++) {
            HttpResponse<byte[]> read = read(masters, other, job);
            assertThat(read.body()).isEqualTo(output);
            assertThat(read.headers().firstValue("x-orrery-dropped-bytes")).contains("77");
        }
    }

    @Test
    void lastPiece_isRefusedByALoneMaster() throws Exception {
        SeveralMasters masters = masters(2, 2);
        byte[] output = ReplicatedBlobsTest.bytes(2, 2 * PIECE);
        JobId job = running(masters);
        masters.get(1).stop();

        int first = ship(masters, 0, job, Piece.of(output, 0, PIECE));
        int last = ship(masters, 0, job, Piece.last(output, PIECE));

        assertThat(first).isEqualTo(204);
        assertThat(last).isEqualTo(503);
        assertThat(masters.copies().ofLogs(output(masters, job))).isEmpty();
    }

    @Test
    void masterThatTakesOver_getsTheEarlierBytesFromTheOtherOne() throws Exception {
        SeveralMasters masters = masters(2, 2);
        byte[] output = ReplicatedBlobsTest.bytes(3, 3 * PIECE);
        JobId job = running(masters);

        ship(masters, 0, job, Piece.of(output, 0, 2 * PIECE));
        int next = ship(masters, 1, job, Piece.of(output, 2 * PIECE, 3 * PIECE));

        assertThat(next).isEqualTo(204);
        assertThat(masters.get(1).localLogs().find(attempt(masters, job), stdout()).orElseThrow())
                .hasBinaryContent(output);
    }

    @Test
    void masterThatLacksEarlierBytes_saysHowManyItHas() throws Exception {
        SeveralMasters masters = masters(3, 2);
        byte[] output = ReplicatedBlobsTest.bytes(4, 4 * PIECE);
        JobId job = running(masters);
        ship(masters, 0, job, Piece.of(output, 0, PIECE));
        ship(masters, 1, job, Piece.of(output, PIECE, 2 * PIECE));
        ship(masters, 0, job, Piece.of(output, PIECE, 3 * PIECE));
        masters.get(0).lose();

        HttpResponse<byte[]> gap = send(masters, 1, job, Piece.last(output, 3 * PIECE));
        int again = ship(masters, 1, job, Piece.last(output, 2 * PIECE));

        assertThat(gap.statusCode()).isEqualTo(409);
        assertThat(gap.headers().firstValueAsLong("x-orrery-log-bytes")).hasValue(2 * PIECE);
        assertThat(again).isEqualTo(204);
        for (int master : List.of(1, 2)) {
            Path file =
                    masters.get(master)
                            .localLogs()
                            .find(attempt(masters, job), stdout())
                            .orElseThrow();
            assertThat(file).hasBinaryContent(output);
        }
    }

    @Test
    void runningLog_isReadThroughAnotherMaster() throws Exception {
        SeveralMasters masters = masters(3, 2);
        JobId job = running(masters);
        byte[] output = "one\ntwo\n".getBytes(UTF_8);
        ship(masters, 0, job, Piece.of(output, 0, 4));

        byte[] early = read(masters, 1, job).body();
        CompletableFuture<byte[]> followed =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return masters.get(2)
                                .get("/api/v1/jobs/" + job + "/logs?follow=true")
                                .body();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
        ship(masters, 0, job, Piece.last(output, 4));
        masters.scheduler().end(job, 0, new CapturedLog(8, 0, new Content.Shipped()), List.of());

        assertThat(early).isEqualTo("one\n".getBytes(UTF_8));
        assertThat(followed.get(10, TimeUnit.SECONDS)).isEqualTo(output);
    }

    @Test
    void whatALostAttemptShipped_isReadThroughAnotherMaster() throws Exception {
        SeveralMasters masters = masters(2, 2);
        JobId job = running(masters);
        ship(masters, 0, job, Piece.of("cut sho".getBytes(UTF_8), 0, 7));

        masters.scheduler().lose(job);

        assertThat(masters.get(1).get("/api/v1/jobs/" + job + "/logs?attempt=1").body())
                .isEqualTo("cut sho".getBytes(UTF_8));
    }

    @Test
    void logThatNobodyAliveHas_isNotCutShort() throws Exception {
        SeveralMasters masters = masters(2, 1);
        JobId job = running(masters);
        ship(masters, 0, job, Piece.last("all of it".getBytes(UTF_8), 0));
        masters.scheduler().end(job, 0, new CapturedLog(9, 0, new Content.Shipped()), List.of());

        masters.get(0).stop();

        assertThat(read(masters, 1, job).statusCode()).isEqualTo(503);
    }

    @Test
    void repeatedLastPiece_isHarmless() throws Exception {
        SeveralMasters masters = masters(2, 2);
        byte[] output = ReplicatedBlobsTest.bytes(5, PIECE);
        JobId job = running(masters);

        ship(masters, 0, job, Piece.last(output, 0));
        int again = ship(masters, 0, job, Piece.last(output, 0));

        assertThat(again).isEqualTo(204);
        assertThat(masters.get(1).localLogs().find(attempt(masters, job), stdout()).orElseThrow())
                .hasBinaryContent(output);
    }

    @Test
    void lostCopyOfALog_isMadeUpFor() throws Exception {
        SeveralMasters masters = masters(3, 2);
        byte[] output = ReplicatedBlobsTest.bytes(6, PIECE);
        JobId job = running(masters);
        ship(masters, 0, job, Piece.last(output, 0));
        masters.get(0).lose();

        for (int i = 1; i < 3; i++) {
            masters.get(i).makeUp();
        }

        for (int master : List.of(1, 2)) {
            assertThat(masters.get(master).localLogs().sizeBytes(attempt(masters, job), stdout()))
                    .isEqualTo(PIECE);
        }
        assertThat(masters.copies().ofLogs(output(masters, job))).contains("master-1", "master-2");
    }

    @Test
    void removedLogs_leaveNoEntryOfThisMaster() throws Exception {
        SeveralMasters masters = masters(2, 2);
        JobId job = running(masters);
        ship(masters, 0, job, Piece.last("gone".getBytes(UTF_8), 0));

        masters.get(0).logs().remove(List.of(job));

        assertThat(masters.copies().ofLogs(output(masters, job))).containsExactly("master-1");
        assertThat(masters.get(0).localLogs().of(job)).isEmpty();
        assertThat(masters.get(1).localLogs().of(job)).hasSize(1);
    }

    private JobId running(SeveralMasters masters) throws Exception {
        HttpResponse<byte[]> made =
                masters.send(
                        masters.get(0)
                                .request("/api/v1/jobs")
                                .header("content-type", "application/json")
                                .POST(BodyPublishers.ofString("{\"command\":\"true\"}")));
        JobId job = ReplicatedBlobsTest.job(made);
        masters.scheduler().start(job);
        return job;
    }

    private static AttemptId attempt(SeveralMasters masters, JobId job) {
        return masters.scheduler().attempt(job);
    }

    private static Output output(SeveralMasters masters, JobId job) {
        return new Output(job, attempt(masters, job).number(), stdout());
    }

    private static CapturedLog.Stream stdout() {
        return CapturedLog.Stream.STDOUT;
    }

    private static HttpResponse<byte[]> read(SeveralMasters masters, int master, JobId job)
            throws Exception {
        return masters.get(master).get("/api/v1/jobs/" + job + "/logs");
    }

    private static int ship(SeveralMasters masters, int to, JobId job, Piece piece)
            throws Exception {
        return send(masters, to, job, piece).statusCode();
    }

    private static HttpResponse<byte[]> send(SeveralMasters masters, int to, JobId job, Piece piece)
            throws Exception {
        String path =
                "/internal/v1/logs?stream=stdout&offset=" + piece.from + "&last=" + piece.last;
        byte[] bytes = Arrays.copyOfRange(piece.output, piece.from, piece.end);
        return masters.send(
                masters.get(to)
                        .request(path, masters.attemptToken(job))
                        .POST(BodyPublishers.ofByteArray(bytes)));
    }

    /** A part of the output. */
    private static final class Piece {
        private final byte[] output;
        private final int from;
        private final int end;
        private final boolean last;

        private Piece(byte[] output, int from, int end, boolean last) {
            this.output = output;
            this.from = from;
            this.end = end;
            this.last = last;
        }

        static Piece of(byte[] output, int from, int end) {
            return new Piece(output, from, end, false);
        }

        static Piece last(byte[] output, int from) {
            return new Piece(output, from, output.length, true);
        }
    }
}
