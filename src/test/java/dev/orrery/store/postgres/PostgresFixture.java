package dev.orrery.store.postgres;

import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The one server of a test JVM, with a fresh database for each directory of data. */
final class PostgresFixture {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Map<Path, String> DATABASES = new ConcurrentHashMap<>();

    private PostgresFixture() {}

    static PostgresServer server() {
        return Holder.SERVER;
    }

    /** The store of a directory, in a database that belongs to the directory. */
    static Store open(Path data, InstantSource clock) throws StoreException {
        String database = DATABASES.computeIfAbsent(data, first -> freshDatabase());
        return open(data, database, clock);
    }

    /** A store of this database in a directory of its own. */
    static PostgresStore open(Path data, String database, InstantSource clock)
            throws StoreException {
        return PostgresStore.open(data, server().settings(database), Duration.ofHours(24), clock);
    }

    static String freshDatabase() {
        String name = "test" + COUNT.incrementAndGet();
        try {
            server().createDatabase(name);
            return name;
        } catch (SQLException e) {
            throw new IllegalStateException("no database for a test", e);
        }
    }

    /** Started by the first test that wants it, ended with the JVM. */
    private static final class Holder {

        static final PostgresServer SERVER = start();

        private static PostgresServer start() {
            try {
                Path directory = Files.createTempDirectory("orrery-postgres-test-");
                PostgresServer server = PostgresServer.start(directory);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, directory)));
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Hundreds of files a database: they are removed by a process that outlives this one. */
        private static void end(PostgresServer server, Path directory) {
            try {
                server.close();
                new ProcessBuilder("rm", "-rf", directory.toString()).start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
