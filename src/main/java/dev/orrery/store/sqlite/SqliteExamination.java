package dev.orrery.store.sqlite;

import dev.orrery.model.health.Finding;
import dev.orrery.store.sqlite.file.WalFile;

import org.sqlite.SQLiteConfig;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A look at the SQLite file of a data directory, in use or not, that changes no row of it. */
public final class SqliteExamination {

    /** Some ten seconds of reading; a larger file is looked at in part. */
    private static final long WHOLE_CHECK_BYTES_MAX = 2L << 30;

    private static final String REMEDY =
            "stop Orrery, move the directory away, and 'orrery restore' the last backup; without"
                    + " one, 'sqlite3 DAMAGED .recover | sqlite3 NEW'";

    private final Path data;
    private final Path file;
    private final List<Finding> findings = new ArrayList<>();

    private SqliteExamination(Path data) {
        this.data = data;
        this.file = data.resolve("store.db");
    }

    /** What was found in the directory. */
    public static List<Finding> of(Path data) {
        SqliteExamination examination = new SqliteExamination(data);
        examination.examine();
        return examination.findings;
    }

    private void examine() {
        if (!Files.exists(file)) {
            findings.add(Finding.ok("store.file", "no store yet in " + data));
            return;
        }
        try {
            boolean inUse = isInUse();
            // In use, the end of the write-ahead log moves under our eyes.
            Optional<String> damage = inUse ? Optional.empty() : new WalFile(file).damage();
            if (damage.isPresent()) {
                findings.add(Finding.fail("store.file", damage.get(), REMEDY));
                return;
            }
            look(inUse);
        } catch (IOException e) {
            findings.add(
                    Finding.fail(
                            "store.file",
                            file + " cannot be read: " + e,
                            "run doctor as the user that runs Orrery"));
        }
    }

    private boolean isInUse() throws IOException {
        Path lock = data.resolve("store.lock");
        if (!Files.exists(lock)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock taken = channel.tryLock()) {
            return taken == null;
        } catch (OverlappingFileLockException ofThisProcess) {
            return true;
        }
    }

    private void look(boolean inUse) throws IOException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(5_000);
        try (Connection connection = config.createConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            integrity(statement, inUse);
            schema(statement);
            leader(statement, inUse);
            misfits(statement);
        } catch (SQLException e) {
            findings.add(Finding.fail("store.file", file + ": " + e.getMessage(), REMEDY));
        }
    }

    private void integrity(Statement statement, boolean inUse) throws SQLException, IOException {
        boolean whole = Files.size(file) <= WHOLE_CHECK_BYTES_MAX;
        String check = whole ? "PRAGMA quick_check(1)" : "PRAGMA quick_check('leader')";
        String found = text(statement, check);
        findings.add(
                found.equals("ok")
                        ? Finding.ok(
                                "store.file",
                                file
                                        + (whole ? " is sound" : " is sound as far as was read")
                                        + (inUse ? ", in use" : ", not in use"))
                        : Finding.fail("store.file", file + " is damaged: " + found, REMEDY));
    }

    private void schema(Statement statement) throws SQLException {
        long version = number(statement, "SELECT max(version) FROM schema_version");
        int known = SqliteStore.MIGRATIONS.latest();
        if (version > known) {
            findings.add(
                    Finding.fail(
                            "store.schema",
                            "version " + version + ", this program knows " + known,
                            "start the newer Orrery that wrote it, or restore a backup of this"
                                    + " one"));
        } else {
            findings.add(
                    Finding.ok(
                            "store.schema",
                            "version "
                                    + version
                                    + (version < known
                                            ? "; the next start makes it " + known
                                            : "")));
        }
    }

    private void leader(Statement statement, boolean inUse) throws SQLException {
        String holder = text(statement, "SELECT holder FROM leader");
        long epoch = number(statement, "SELECT epoch FROM leader");
        findings.add(
                Finding.ok(
                        "store.leader",
                        "epoch " + epoch + (inUse ? ", of " + holder : ", nobody leads now")));
    }

    private void misfits(Statement statement) throws SQLException {
        long misfits = number(statement, "SELECT count(*) FROM misfits");
        if (misfits > 0) {
            findings.add(
                    Finding.warn(
                            "store.misfits",
                            misfits + " runs of events did not follow on those of their jobs",
                            "a bug: report it with the table misfits; no other job is touched"));
        }
    }

    private static String text(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }
}
