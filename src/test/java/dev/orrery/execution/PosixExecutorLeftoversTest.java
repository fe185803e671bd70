package dev.orrery.execution;

import static dev.orrery.execution.Machine.pidsWith;
import static dev.orrery.execution.Machine.processesWith;
import static dev.orrery.execution.Machine.sleepers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.execution.posix.Launcher;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** When a worker is killed, its tasks end with it. */
final class PosixExecutorLeftoversTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path directory;
    private Optional<Process> worker = Optional.empty();

    /** Runs a child that is marked in its environment, and a daemon that is not. */
    private void startWorker(int first, int second) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WorkerProcess.class.getName(),
                        directory.toString(),
                        "killed",
                        "sleep %1$d & (setsid env -i /bin/sleep %2$d >&- 2>&- <&- &); wait"
                                .formatted(first, second));
        worker = Optional.of(builder.redirectErrorStream(true).start());
        await().atMost(PATIENCE).until(() -> sleepers(first) == 1 && sleepers(second) == 1);
    }

    @AfterEach
    void stop() {
        worker.ifPresent(Process::destroyForcibly);
        await().until(() -> worker.filter(Process::isAlive).isEmpty());
        try (Machine last = new Machine(directory, "last", Launcher.best())) {
            assertThat(last.executor.killLeftovers()).isGreaterThanOrEqualTo(0);
        }
    }

    @Test
    void killedWorker_isFollowedByItsTasks() throws IOException {
        startWorker(4001, 4002);

        worker.ifPresent(Process::destroyForcibly);

        await().atMost(PATIENCE).until(() -> sleepers(4001) + sleepers(4002) == 0);
    }

    @Test
    void newIncarnation_killsAndRemovesWhatTheOldOneLeft() throws IOException {
        startWorker(4003, 4004);
        List<Long> wardens = pidsWith("orrery-warden ORRERY_RUN=w-1-");
        wardens.stream()
                .filter(pid -> parentOf(pid) == worker.orElseThrow().pid())
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        worker.ifPresent(Process::destroyForcibly);
        await().until(() -> worker.filter(Process::isAlive).isEmpty());
        assertThat(sleepers(4003) + sleepers(4004)).isEqualTo(2);

        try (Machine next = new Machine(directory, "next", Launcher.best())) {
            int killed = next.executor.killLeftovers();

            assertThat(killed).isGreaterThanOrEqualTo(2);
            assertThat(sleepers(4003) + sleepers(4004)).isZero();
            assertThat(next.executor.killLeftovers()).isZero();
        }
        try (var workspaces = Files.list(directory.resolve("work"))) {
            assertThat(workspaces).isEmpty();
        }
    }

    @Test
    void closedExecutor_leavesNoWarden() throws IOException {
        startWorker(4005, 4006);
        Path own = directory.resolve("own");
        new Machine(own, "closed", Launcher.best()).close();

        assertThat(processesWith("/closed/")).isZero();
    }

    private static long parentOf(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(ProcessHandle::parent)
                .map(ProcessHandle::pid)
                .orElse(0L);
    }
}
