package dev.orrery.cli.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.FakeServer;
import dev.orrery.cli.Invocation;
import dev.orrery.cli.RunningServer;
import dev.orrery.cli.Servers;
import dev.orrery.cli.Upkeep;
import dev.orrery.config.Role;
import dev.orrery.config.Settings;
import dev.orrery.model.health.Finding;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The commands backup and restore, against prepared answers and a store of the test's. */
final class UpkeepCommandsTest {

    @TempDir private Path directory;
    private FakeServer server;
    private final RecordingStore store = new RecordingStore();

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        server.bytes("GET /backup", "whole".getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Path file() {
        return directory.resolve("orrery.tar");
    }

    private Invocation run(String... args) {
        return new Invocation().to(server).starting(store).run(args);
    }

    @Test
    void backup_writesAFileOfItsOwnerAlone() throws IOException {
        Invocation done = run("backup", file().toString());

        assertThat(done.exitCode()).as(done.err()).isZero();
        assertThat(done.out()).contains("2 jobs, 3 files, 4.0 KiB");
        assertThat(file()).hasContent("whole");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(directory.toFile().list()).containsExactly("orrery.tar");
    }

    @Test
    void fileThatIsThere_isReplacedByForceOnly() throws IOException {
        Files.writeString(file(), "precious");

        Invocation refused = run("backup", file().toString());

        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("--force");
        assertThat(file()).hasContent("precious");
        assertThat(run("backup", file().toString(), "--force").exitCode()).isZero();
        assertThat(file()).hasContent("whole");
    }

    @Test
    void backupThatIsNotWhole_leavesTheOldOneAndNothingElse() throws IOException {
        Files.writeString(file(), "precious");
        store.fault = "the backup is cut off";

        Invocation failed = run("backup", file().toString(), "--force");

        assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(failed.err()).contains("no backup was written").contains("cut off");
        assertThat(file()).hasContent("precious");
        assertThat(directory.toFile().list()).containsExactly("orrery.tar");
    }

    @Test
    void backupWithLostFiles_isKeptAndNotASuccess() {
        store.missing.add("ab".repeat(32));

        Invocation done = run("backup", file().toString());

        assertThat(done.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(done.err()).contains("all but 1 files").contains("abab");
        assertThat(file()).exists();
    }

    @Test
    void dash_isStandardOutput() {
        Invocation done = run("backup", "-");

        assertThat(done.exitCode()).isZero();
        assertThat(done.out()).isEqualTo("whole");
    }

    @Test
    void viewer_isRefusedByTheServer() {
        server = refusing(server);

        Invocation done = run("backup", file().toString());

        assertThat(done.exitCode()).isEqualTo(ExitCode.NOT_ALLOWED);
        assertThat(file()).doesNotExist();
    }

    private static FakeServer refusing(FakeServer old) {
        old.close();
        try {
            return new FakeServer().json("GET /backup", 403, "{\"code\":1102,\"detail\":\"no\"}");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void restore_fillsTheDirectoryThatWasNamed() throws IOException {
        Files.writeString(file(), "whole");
        Path data = directory.resolve("new");

        Invocation done = run("--data", data.toString(), "restore", file().toString());

        assertThat(done.exitCode()).as(done.err()).isZero();
        assertThat(done.out()).contains(data + " is restored: 2 jobs");
        assertThat(store.restored).containsExactly("whole into " + data);
    }

    @Test
    void restoreThatFails_saysSo() throws IOException {
        Files.writeString(file(), "half");
        store.fault = "the backup is cut off";

        Invocation failed = run("restore", file().toString());

        assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(failed.err()).contains("nothing is restored: the backup is cut off");
    }

    @Test
    void restore_fillsTheDirectoryOfTheConfigurationUnlessAnotherIsNamed() throws IOException {
        Files.writeString(file(), "whole");
        Path conf = directory.resolve("conf.yaml");
        Path own = directory.resolve("own");
        Path other = directory.resolve("other");
        Files.writeString(conf, "server:\n  data: " + own + "\n");

        run("restore", "--conf", conf.toString(), file().toString());
        run("--data", other.toString(), "restore", "--conf", conf.toString(), file().toString());

        assertThat(store.restored).containsExactly("whole into " + own, "whole into " + other);
    }

    @Test
    void restoreThatMayNotWrite_saysWhere() throws IOException {
        Files.writeString(file(), "whole");
        store.refused = "/var/lib/orrery.restoring";

        Invocation failed = run("restore", file().toString());

        assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(failed.err())
                .contains("nothing is restored: /var/lib/orrery.restoring: AccessDenied")
                .contains("the user of the service")
                .contains("no mount point");
    }

    @Test
    void textOfABackup_doesNotActOnTheTerminal() throws IOException {
        Files.writeString(file(), "whole");
        store.version = "0.4\u001b[2J";
        store.missing.add("ab\u001b]0;x\u0007");
        Invocation checked = run("restore", "--check", file().toString());
        store.fault = "restore it with Orrery \u001b[31m";
        Invocation failed = run("restore", file().toString());

        assertThat(checked.exitCode()).isZero();
        assertThat(checked.out()).contains("by Orrery 0.4\ufffd[2J");
        assertThat(checked.err()).contains("ab\ufffd]0;x\ufffd");
        assertThat(failed.err()).contains("with Orrery \ufffd[31m");
    }

    @Test
    void check_restoresNothing() throws IOException {
        Files.writeString(file(), "whole");

        Invocation done = run("restore", "--check", file().toString());

        assertThat(done.exitCode()).isZero();
        assertThat(done.out()).contains("is whole: 2 jobs");
        assertThat(store.restored).isEmpty();
    }

    /** A store that remembers what it was given. */
    private static final class RecordingStore implements Servers, Upkeep {
        private final List<String> restored = new ArrayList<>();
        private final List<String> missing = new ArrayList<>();
        private String fault = "";
        private String refused = "";
        private String version = "0.4";

        @Override
        public RunningServer start(Set<Role> roles, Settings settings) {
            throw new CommandException(ExitCode.SOFTWARE, "no servers in this test");
        }

        @Override
        public Upkeep upkeep() {
            return this;
        }

        @Override
        public Holding verify(InputStream backup) throws IOException {
            backup.readAllBytes();
            return holding();
        }

        @Override
        public Holding restore(InputStream backup, Settings settings) throws IOException {
            String text = new String(backup.readAllBytes(), StandardCharsets.UTF_8);
            Holding holding = holding();
            restored.add(text + " into " + settings.server().data());
            return holding;
        }

        private Holding holding() throws IOException {
            if (!refused.isEmpty()) {
                throw new AccessDeniedException(refused);
            }
            if (!fault.isEmpty()) {
                throw new IOException(fault);
            }
            return new Holding(
                    Instant.parse("2026-12-01T08:00:00Z"), version, 2, 3, 4_096, missing);
        }

        @Override
        public List<Finding> examine(Settings settings) {
            return List.of();
        }
    }
}
