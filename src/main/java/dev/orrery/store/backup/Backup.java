package dev.orrery.store.backup;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.orrery.model.AttemptId;
import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;
import dev.orrery.store.CentralStore;
import dev.orrery.store.LogFiles;
import dev.orrery.store.LogFiles.Log;
import dev.orrery.store.PrivateFiles;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.TooFewCopiesException;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * One backup of a store that is in use.
 *
 * <p>The tables first, in one snapshot, into a file of the data directory: so the snapshot lasts as
 * long as our disk takes, and not as long as a slow client. Then what the tables refer to. Bytes
 * are never changed and logs only grow, so all that a row refers to is there as long as its job is;
 * jobs that were removed meanwhile are named at the end, and restoring leaves them out.
 */
public final class Backup implements AutoCloseable {

    static final int FORMAT = 1;
    static final String HEAD = "backup.json";
    static final String SPOOL = "backup";

    /** Well below the time for which a client waits for the next byte. */
    private static final Duration PULSE = Duration.ofSeconds(5);

    /** More that is not there is no accident. */
    private static final int MISSING_MAX = 10_000;

    private final Source source;
    private final Path spool;
    private final TableDump dump;
    private long pulseAtNanos = System.nanoTime();

    /**
     * What is copied.
     *
     * @param data the directory of the node
     * @param version of the program
     */
    public record Source(
            Store store, Path data, CentralStore blobs, LogFiles logs, String version) {}

    private Backup(Source source, Path spool) {
        this.source = source;
        this.spool = spool;
        this.dump = new TableDump(spool.resolve(TableDump.NAME));
    }

    /** Makes room beside the store; of one directory there is one backup at a time. */
    public static Backup begin(Source source) throws IOException {
        Path spool = source.data().resolve(SPOOL);
        Directories.remove(spool);
        return new Backup(source, PrivateFiles.directory(spool));
    }

    /** Writes all of it; what was written is whole only if this returns. */
    public void writeTo(OutputStream out) throws IOException, SQLException, StoreException {
        try (Manifest.Writer manifest = new Manifest.Writer(spool.resolve(Manifest.NAME))) {
            ArchiveWriter archive = new ArchiveWriter(out, manifest);
            long jobs = addTables(archive);
            addSmallFiles(archive);
            List<BlobId> missing = addBlobs(archive);
            List<String> lost = addLogs(archive);
            addLate(archive, missing).forEach(blob -> lost.add(blob.sha256()));
            List<String> removed = removedMeanwhile();
            archive.finish(new Manifest.End(jobs - removed.size(), removed, lost));
        }
    }

    @Override
    public void close() throws IOException {
        Directories.remove(spool);
    }

    private long addTables(ArchiveWriter archive) throws IOException, SQLException, StoreException {
        long jobs;
        try (Connection snapshot = source.store().snapshot()) {
            String engine = snapshot.getMetaData().getDatabaseProductName();
            archive.add(HEAD, head(schema(snapshot), engine));
            jobs = dump.write(snapshot, () -> pulse(archive));
        }
        archive.add(TableDump.NAME, spool.resolve(TableDump.NAME));
        return jobs;
    }

    private byte[] head(long schema, String engine) {
        return ArchiveWriter.bytes(
                new ObjectMapper()
                                .createObjectNode()
                                .put("format", FORMAT)
                                .put("orrery", source.version())
                                .put("takenAt", Instant.now().toString())
                                .put("engine", engine)
                                .put("schema", schema)
                                .toPrettyString()
                        + "\n");
    }

    private static long schema(Connection snapshot) throws SQLException {
        try (Statement statement = snapshot.createStatement();
                ResultSet row = statement.executeQuery("SELECT max(version) FROM schema_version")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private void pulse(ArchiveWriter archive) throws IOException {
        long now = System.nanoTime();
        if (now - pulseAtNanos > PULSE.toNanos()) {
            pulseAtNanos = now;
            archive.alive();
        }
    }

    /** The admin's token and the cluster's authority, where they are. */
    private void addSmallFiles(ArchiveWriter archive) throws IOException {
        for (String name : Contents.SMALL_FILES) {
            Path file = source.data().resolve(name);
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                archive.add(name, Files.readAllBytes(file));
            }
        }
    }

    /** Adds each blob once; those that are not there. */
    private List<BlobId> addBlobs(ArchiveWriter archive) throws IOException {
        List<BlobId> missing = new ArrayList<>();
        try (TableDump.Reader rows = dump.new Reader()) {
            String last = "";
            for (Optional<TableRows.Item.Row> row = rows.next(Table.BLOB_REFERENCES);
                    row.isPresent();
                    row = rows.next(Table.BLOB_REFERENCES)) {
                String sha256 = row.get().text(0);
                if (!sha256.equals(last) && !addBlob(archive, new BlobId(sha256))) {
                    miss(missing, new BlobId(sha256));
                }
                last = sha256;
                pulse(archive);
            }
        }
        return missing;
    }

    private static <T> void miss(List<T> missing, T what) throws IOException {
        missing.add(what);
        if (missing.size() > MISSING_MAX) {
            throw new IOException("more than " + MISSING_MAX + " files are missing");
        }
    }

    private boolean addBlob(ArchiveWriter archive, BlobId blob) throws IOException {
        Optional<Path> file = find(blob);
        if (file.isEmpty()) {
            return false;
        }
        try (InputStream content = Files.newInputStream(file.get())) {
            archive.add(Contents.blob(blob), Files.size(file.get()), content);
            return true;
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    /** What only masters have that cannot be reached is missing like what nobody has. */
    private Optional<Path> find(BlobId blob) throws IOException {
        try {
            return source.blobs().find(blob);
        } catch (TooFewCopiesException unreachable) {
            return Optional.empty();
        }
    }

    /** Adds what each attempt printed that did not ride in its report; what could not be had. */
    private List<String> addLogs(ArchiveWriter archive) throws IOException {
        List<String> missing = new ArrayList<>();
        dump.read(
                Table.JOBS,
                (table, row) -> {
                    JobId job = job(row.bytes(table.columns().indexOf("id")));
                    long attempts = row.number(table.columns().indexOf("attempt"));
                    boolean isOver = row.has(table.columns().indexOf("ended_at"));
                    if (attempts > 0) {
                        List<Log> lost = source.logs().catchUp(job);
                        for (Log log : lost) {
                            miss(missing, Contents.log(log));
                        }
                        // Only of the last attempt of a job that is over all is known.
                        bringParts(job, isOver ? attempts - 1 : attempts, lost);
                    }
                    for (int number = 1; number <= attempts; number++) {
                        addLogs(archive, new AttemptId(TaskRange.single(job), number));
                    }
                    pulse(archive);
                });
        return missing;
    }

    /** Output that is not complete is one master's, and the loss of that is no loss of a backup. */
    private void bringParts(JobId job, long attempts, List<Log> lost) throws IOException {
        for (int number = 1; number <= attempts; number++) {
            AttemptId attempt = new AttemptId(TaskRange.single(job), number);
            for (CapturedLog.Stream stream : CapturedLog.Stream.values()) {
                if (!lost.contains(new Log(attempt, stream))) {
                    source.logs().catchUp(attempt, stream, OptionalLong.empty());
                }
            }
        }
    }

    private void addLogs(ArchiveWriter archive, AttemptId attempt) throws IOException {
        for (CapturedLog.Stream stream : CapturedLog.Stream.values()) {
            Optional<Path> log = source.logs().find(attempt, stream);
            if (log.isPresent()) {
                addLog(archive, Contents.logs(attempt.job()), log.get());
            }
        }
    }

    /** A log that grows is cut at the size that it has now; the rest belongs to a later backup. */
    private static void addLog(ArchiveWriter archive, String folder, Path log) throws IOException {
        try (InputStream content = Files.newInputStream(log)) {
            archive.add(folder + "/" + log.getFileName(), Files.size(log), content);
        } catch (NoSuchFileException removed) {
            // Its job is removed, which removedMeanwhile finds.
        }
    }

    /** Looks again for what was missing: it came back, nobody wants it now, or it is lost. */
    private List<BlobId> addLate(ArchiveWriter archive, List<BlobId> missing)
            throws IOException, SQLException, StoreException {
        List<BlobId> lost = new ArrayList<>();
        // The snapshot has ended before the first byte comes from anywhere.
        for (BlobId blob : missing.isEmpty() ? missing : stillWanted(missing)) {
            if (!addBlob(archive, blob)) {
                lost.add(blob);
            }
            pulse(archive);
        }
        return lost;
    }

    private List<BlobId> stillWanted(List<BlobId> missing) throws SQLException, StoreException {
        List<BlobId> still = new ArrayList<>();
        try (Connection now = source.store().snapshot();
                PreparedStatement wanted =
                        now.prepareStatement("SELECT 1 FROM blob_references WHERE blob = ?")) {
            for (BlobId blob : missing) {
                wanted.setString(1, blob.sha256());
                try (ResultSet row = wanted.executeQuery()) {
                    if (row.next()) {
                        still.add(blob);
                    }
                }
            }
        }
        return still;
    }

    /** Jobs of the snapshot that are not there any more; both lists come in the order of ids. */
    private List<String> removedMeanwhile() throws IOException, SQLException, StoreException {
        List<String> removed = new ArrayList<>();
        try (Connection now = source.store().snapshot();
                Statement statement = now.createStatement();
                ResultSet live = statement.executeQuery("SELECT id FROM jobs ORDER BY id");
                TableDump.Reader rows = dump.new Reader()) {
            boolean more = live.next();
            for (Optional<TableRows.Item.Row> row = rows.next(Table.JOBS);
                    row.isPresent();
                    row = rows.next(Table.JOBS)) {
                byte[] id = row.get().bytes(0);
                while (more && Arrays.compareUnsigned(live.getBytes(1), id) < 0) {
                    more = live.next();
                }
                if (!more || !Arrays.equals(live.getBytes(1), id)) {
                    removed.add(HexFormat.of().formatHex(id));
                }
            }
        }
        return removed;
    }

    private static JobId job(byte[] id) {
        ByteBuffer buffer = ByteBuffer.wrap(id);
        return new JobId(new UUID(buffer.getLong(), buffer.getLong()));
    }
}
