package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.store.postgres.PostgresServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A store that began with SQLite goes on in PostgreSQL, and what the doctor says of that. */
final class MoveToPostgresIT {
    private static Optional<PostgresServer> server = Optional.empty();

    @RegisterExtension final Stage stage = new Stage();

    @BeforeAll
    static void startServer(@TempDir Path directory) throws IOException {
        server = Optional.of(PostgresServer.start(directory, Ports.free(), List.of("fsync=off")));
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.orElseThrow().close();
    }

    private Path configuration(String database) {
        PostgresServer postgres = server.orElseThrow();
        return stage.write(
                "postgres.yaml",
                "storage:\n  url: %s\n  user: %s\n  passwordFile: %s\n"
                        .formatted(
                                postgres.url(database), postgres.user(), postgres.passwordFile()));
    }

    private Program start(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", stage.path("data").toString()));
        return stage.java(all.toArray(String[]::new));
    }

    private Program ended(String... arguments) {
        Program program = start(arguments);
        assertThat(program.exit()).as(program.out() + program.err()).isZero();
        return program;
    }

    @Test
    void backupOfSqlite_goesOnInPostgres() throws SQLException {
        // given
        server.orElseThrow().createDatabase("moved");
        Program first = start("dev", "--port", "0", "--slots", "1").ready();
        Api api = stage.api(first, "data");
        String done = api.submit("{\"command\":\"seq 10000\",\"labels\":{\"a\":\"b\"}}");
        JsonNode before = api.awaitEnd(done);
        String log = api.stdout(done);
        String file = stage.path("orrery.tar").toString();

        // when
        ended("backup", file);
        assertThat(first.terminate()).isZero();
        assertThat(stage.path("data").toFile().renameTo(stage.path("old").toFile())).isTrue();
        String conf = configuration("moved").toString();
        ended("restore", file, "--conf", conf);
        Program second = start("dev", "--port", "0", "--slots", "1", "--conf", conf).ready();

        // then
        Api after = stage.api(second, "data");
        assertThat(after.job(done)).isEqualTo(before);
        assertThat(after.stdout(done)).isEqualTo(log);
        JsonNode fresh = after.awaitEnd(after.submitShell("echo fresh"));
        assertThat(fresh.path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(fresh.path("number").asLong()).isEqualTo(before.path("number").asLong() + 1);

        // and a backup of PostgreSQL is whole, and does not go where there is something
        ended("backup", file, "--force");
        assertThat(second.terminate()).isZero();
        assertThat(stage.path("data").toFile().renameTo(stage.path("older").toFile())).isTrue();
        Program refused = start("restore", file, "--conf", conf);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("is not empty").contains("storage.url");
        assertThat(stage.path("data")).doesNotExist();
    }

    @Test
    void doctor_looksAtTheServer() throws SQLException {
        server.orElseThrow().createDatabase("looked_at");

        Program careless = start("doctor", "--conf", configuration("looked_at").toString());
        assertThat(careless.exit()).isEqualTo(1);
        assertThat(careless.out())
                .containsPattern("(?m)^ok    store.server .*answers")
                .containsPattern("(?m)^fail  store.durable .*fsync is off.*ALTER SYSTEM")
                .containsPattern("(?m)^ok    clock.database");

        Program wrong = start("doctor", "--conf", configuration("nowhere").toString());
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.out()).containsPattern("(?m)^fail  store.server .*nowhere.*storage.url");
    }
}
