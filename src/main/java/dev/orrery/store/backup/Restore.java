package dev.orrery.store.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.orrery.store.FileLogFiles;
import dev.orrery.store.MasterIdFile;
import dev.orrery.store.PrivateFiles;
import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Session;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Puts a backup into an empty data directory, or says that it is whole.
 *
 * <p>All is unpacked and checked in a directory beside the wanted one, which then takes its name:
 * an interrupted restoration leaves nothing in the place of a store.
 */
public final class Restore {

    private static final String FOUND = "found.ndjson";

    /** It has a few lines. */
    private static final int HEAD_BYTES_MAX = 64 * 1024;

    private final InputStream in;
    private final Path work;
    private final boolean keeps;

    private Restore(InputStream in, Path work, boolean keeps) {
        this.in = in;
        this.work = work;
        this.keeps = keeps;
    }

    /**
     * What a backup holds.
     *
     * @param version of the program that wrote it
     * @param engine of the database
     * @param schema of the database
     * @param missing blobs that were lost before it was taken
     */
    public record Summary(
            Instant takenAt,
            String version,
            String engine,
            int schema,
            long jobs,
            long files,
            long bytes,
            List<String> missing) {
        /** Copies the list. */
        public Summary {
            missing = List.copyOf(missing);
        }
    }

    private record Unpacked(Summary summary, Manifest.End end) {}

    /** Reads a backup to its end; it is whole when this returns. */
    public static Summary verify(InputStream backup) throws IOException {
        Path work = Files.createTempDirectory("orrery-backup-");
        try {
            return new Restore(backup, work, false).unpack().summary();
        } finally {
            Directories.remove(work);
        }
    }

    /**
     * Makes the data directory, and fills the database.
     *
     * @param database the one to use, given the directory in which its files come to lie
     * @throws DamagedBackupException when the backup is not whole; nothing is changed then
     */
    public static Summary restore(
            InputStream backup, Path data, Function<Path, EmptyDatabase> database)
            throws IOException, StoreException, SQLException {
        Path target = data.toAbsolutePath().normalize();
        refuseMountPoint(target);
        refuseUnlessEmpty(data);
        Path work = target.resolveSibling(target.getFileName() + ".restoring");
        Directories.remove(work);
        PrivateFiles.directory(work);
        tryMove(work, target);
        try {
            Restore restore = new Restore(backup, work, true);
            Unpacked unpacked = restore.unpack();
            restore.fill(unpacked, database.apply(work));
            restore.moveTo(target);
            return unpacked.summary();
        } finally {
            Directories.remove(work);
        }
    }

    /** Its name cannot be given to another directory, which is better said before all the work. */
    private static void refuseMountPoint(Path target) throws IOException {
        Path parent = target.getParent();
        boolean isMountPoint =
                parent == null
                        || (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)
                                && !Files.getAttribute(target, "unix:dev")
                                        .equals(Files.getAttribute(parent, "unix:dev")));
        if (isMountPoint) {
            throw new IOException(
                    target
                            + " is a mount point: name a directory in it, with --data, and start"
                            + " Orrery with that one");
        }
    }

    /** What else cannot be replaced, as a link; also better known before the database is full. */
    private static void tryMove(Path work, Path target) throws IOException {
        boolean isThere = Files.exists(target);
        try {
            move(work, target);
            Files.move(target, work, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException fault) {
            Files.deleteIfExists(work);
            throw new IOException(
                    target + " cannot be replaced (is it a link?): name a directory with --data",
                    fault);
        }
        if (isThere) {
            PrivateFiles.directory(target);
        }
    }

    private static void move(Path work, Path target) throws IOException {
        Files.move(
                work, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void refuseUnlessEmpty(Path data) throws IOException {
        if (!Files.exists(data)) {
            return;
        }
        try (Stream<Path> inside = Files.list(data)) {
            if (inside.findAny().isPresent()) {
                throw new IOException(
                        data
                                + " is not empty: stop Orrery there and move it away, or name"
                                + " another directory with --data");
            }
        }
    }

    private Unpacked unpack() throws IOException {
        ArchiveReader archive = new ArchiveReader(in);
        Optional<JsonNode> head = Optional.empty();
        long bytes = 0;
        try (Manifest.Writer found = new Manifest.Writer(work.resolve(FOUND))) {
            for (Optional<ArchiveReader.Content> next = archive.next();
                    next.isPresent();
                    next = archive.next()) {
                ArchiveReader.Content content = next.get();
                if (head.isEmpty()) {
                    head = Optional.of(head(content));
                }
                Manifest.Line line = unpack(content);
                switch (line.name()) {
                    case Manifest.ALIVE -> {}
                    case Manifest.NAME -> {
                        found.flush();
                        Manifest.End end =
                                Manifest.compare(work.resolve(Manifest.NAME), work.resolve(FOUND));
                        Files.delete(work.resolve(Manifest.NAME));
                        Files.delete(work.resolve(FOUND));
                        return new Unpacked(
                                summary(head.orElseThrow(), end, found.count(), bytes), end);
                    }
                    default -> {
                        found.note(line);
                        bytes += line.size();
                    }
                }
            }
        }
        throw new DamagedBackupException("the backup is not whole: it has no manifest");
    }

    /** The first file, which says what the others are. */
    private static JsonNode head(ArchiveReader.Content content) throws IOException {
        if (!content.name().equals(Backup.HEAD)) {
            throw new DamagedBackupException("this is no backup of Orrery");
        }
        if (content.size() > HEAD_BYTES_MAX) {
            throw new DamagedBackupException("the backup is damaged: its head is too large");
        }
        JsonNode head = parse(content.readAllBytes());
        int format = head.path("format").asInt();
        if (format != Backup.FORMAT) {
            throw new DamagedBackupException(
                    "the backup has format "
                            + format
                            + ", this program reads "
                            + Backup.FORMAT
                            + ": restore it with Orrery "
                            + head.path("orrery").asText());
        }
        return head;
    }

    private static JsonNode parse(byte[] head) throws IOException {
        try {
            JsonNode parsed = new ObjectMapper().readTree(head);
            Instant.parse(parsed.path("takenAt").asText());
            return parsed;
        } catch (JsonProcessingException | DateTimeParseException e) {
            throw new DamagedBackupException("the backup is damaged: " + Backup.HEAD + ": " + e);
        }
    }

    private static Summary summary(JsonNode head, Manifest.End end, long files, long bytes) {
        return new Summary(
                Instant.parse(head.path("takenAt").asText()),
                head.path("orrery").asText(),
                head.path("engine").asText(),
                head.path("schema").asInt(),
                end.jobs(),
                files,
                bytes,
                end.missing());
    }

    private Manifest.Line unpack(ArchiveReader.Content content) throws IOException {
        String name = content.name();
        boolean isOurs = name.equals(TableDump.NAME) || name.equals(Manifest.NAME);
        boolean isPlaced = Contents.isKept(name);
        boolean isKnown = isOurs || isPlaced || name.equals(Backup.HEAD);
        if (!isKnown && !name.equals(Manifest.ALIVE)) {
            throw new DamagedBackupException("the backup has a file that nobody knows: " + name);
        }
        if (name.equals(Manifest.NAME) || (keeps && (isOurs || isPlaced))) {
            write(content, work.resolve(name));
        }
        Manifest.Line line = content.end();
        Contents.check(line);
        return line;
    }

    private static void write(ArchiveReader.Content content, Path file) throws IOException {
        PrivateFiles.directory(Optional.ofNullable(file.getParent()).orElseThrow());
        try (FileChannel channel = PrivateFiles.open(file)) {
            content.transferTo(Channels.newOutputStream(channel));
            channel.force(true);
        }
    }

    private void fill(Unpacked unpacked, EmptyDatabase database)
            throws IOException, StoreException, SQLException {
        Path dump = work.resolve(TableDump.NAME);
        database.create(unpacked.summary().engine(), unpacked.summary().schema());
        try (Session filler = database.filler()) {
            new TableLoad(filler.connection()).load(new TableDump(dump));
            filler.connection().commit();
        }
        database.migrate();
        try (Session filler = database.filler()) {
            TableLoad.purge(filler, unpacked.end().removed());
            filler.connection().commit();
        }
        try (FileLogFiles logs = new FileLogFiles(work)) {
            database.complete(MasterIdFile.read(work), logs);
        }
        Files.delete(dump);
    }

    private void moveTo(Path target) throws IOException {
        syncAll();
        move(work, target);
        PrivateFiles.syncDirectory(Optional.ofNullable(target.getParent()).orElseThrow());
    }

    private void syncAll() throws IOException {
        try (Stream<Path> all = Files.walk(work)) {
            for (Path directory : all.filter(Files::isDirectory).toList()) {
                PrivateFiles.syncDirectory(directory);
            }
        }
    }
}
