package dev.orrery.api.replica;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orrery.model.AttemptId;
import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.store.Copies.Output;
import dev.orrery.store.backup.Backup;
import dev.orrery.store.backup.Restore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A backup that one of several masters takes holds what the others have, or says what it lacks. */
final class ReplicatedBackupTest {

    private static final byte[] INPUT = ReplicatedBlobsTest.bytes(1, 50_000);
    private static final byte[] OUTPUT = "printed".getBytes(UTF_8);

    @TempDir private Path root;
    private SeveralMasters masters;
    private JobId job;
    private AttemptId attempt;

    @BeforeEach
    void keepOnOneOfTwo() throws Exception {
        masters = new SeveralMasters(root, 2, 1);
        job = ReplicatedBlobsTest.job(ReplicatedBlobsTest.submit(masters, masters.get(0), INPUT));
        masters.scheduler().start(job);
        attempt = masters.scheduler().attempt(job);
        masters.get(0).logs().append(attempt, Stream.STDOUT, 0, ByteBuffer.wrap(OUTPUT));
        masters.get(0).logs().sync(attempt, Stream.STDOUT);
        masters.scheduler()
                .end(job, 0, new CapturedLog(OUTPUT.length, 0, new Content.Shipped()), List.of());
    }

    @AfterEach
    void stop() throws IOException {
        masters.close();
    }

    @Test
    void whatAnotherMasterHas_isInIt() throws Exception {
        Restore.Summary summary = backup(masters.get(1));

        assertThat(summary.missing()).isEmpty();
        assertThat(masters.get(1).localLogs().find(attempt, Stream.STDOUT).orElseThrow())
                .hasBinaryContent(OUTPUT);
        assertThat(masters.copies().ofLogs(new Output(job, attempt.number(), Stream.STDOUT)))
                .containsExactly("master-0", "master-1");
    }

    @Test
    void whatOnlyAMasterHasThatIsAway_isNamed() throws Exception {
        BlobId blob = ReplicatedBlobsTest.id(INPUT);
        masters.get(0).stop();

        Restore.Summary summary = backup(masters.get(1));

        assertThat(summary.jobs()).isEqualTo(1);
        assertThat(summary.missing()).hasSize(2).contains(blob.sha256());
        assertThat(summary.missing().getFirst())
                .contains(job.toString())
                .endsWith("attempt 1, stdout");
    }

    private Restore.Summary backup(SeveralMasters.One by) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Backup.Source source =
                new Backup.Source(masters.store(), by.directory(), by.blobs(), by.logs(), "test");
        try (Backup backup = Backup.begin(source)) {
            backup.writeTo(out);
        }
        return Restore.verify(new ByteArrayInputStream(out.toByteArray()));
    }
}
