package dev.orrery.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.execution.Executor.Execution;
import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Outcome;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.WorkerCommand.Assignment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** Attempts that begin in the place of one that ends, and the workspaces they are given. */
final class PosixExecutorFollowTest implements Executor.Listener {

    private record End(AttemptId attempt, AttemptResult result, Optional<AttemptId> follower) {}

    @TempDir Path directory;
    private final ConcurrentLinkedQueue<End> ends = new ConcurrentLinkedQueue<>();
    private Machine machine;

    @BeforeEach
    void start() {
        machine = new Machine(directory);
    }

    @AfterEach
    void close() {
        machine.close();
    }

    private Assignment waitFor(Path file) {
        return Task.shell("until [ -e " + file + " ]; do sleep 0.01; done; pwd").assignment();
    }

    private Path go() {
        return directory.resolve("go");
    }

    private void letGo() throws Exception {
        Files.createFile(go());
    }

    private End awaitEndOf(Assignment assignment) {
        await().until(() -> endOf(assignment).isPresent());
        return endOf(assignment).orElseThrow();
    }

    private Optional<End> endOf(Assignment assignment) {
        return ends.stream().filter(it -> it.attempt().equals(assignment.attempt())).findFirst();
    }

    @Test
    void nothingRuns_nothingCanFollow() {
        Assignment idle = Task.command("true").assignment();

        assertThat(machine.executor.follow(idle, this)).isEmpty();
        assertThat(ends).isEmpty();
    }

    @Test
    void follower_beginsInThePlaceOfTheOneThatEnds() throws Exception {
        Assignment first = waitFor(go());
        Assignment second = Task.shell("pwd").assignment();
        machine.executor.start(first, this);
        assertThat(machine.executor.follow(second, this)).isPresent();

        letGo();

        assertThat(awaitEndOf(first).follower()).contains(second.attempt());
        assertThat(awaitEndOf(second).follower()).isEmpty();
        assertThat(ends).hasSize(2);
        assertThat(ends.element().attempt()).isEqualTo(first.attempt());
    }

    @Test
    void withdrawnFollower_neverBegins() throws Exception {
        Assignment first = waitFor(go());
        Assignment withdrawn = Task.command("true").assignment();
        Assignment third = Task.command("true").assignment();
        machine.executor.start(first, this);
        Execution follower = machine.executor.follow(withdrawn, this).orElseThrow();
        machine.executor.follow(third, this);

        assertThat(follower.withdraw()).isTrue();
        letGo();

        assertThat(awaitEndOf(first).follower()).contains(third.attempt());
        awaitEndOf(third);
        assertThat(endOf(withdrawn)).isEmpty();
    }

    @Test
    void begunFollower_cannotBeWithdrawn() throws Exception {
        Assignment first = waitFor(go());
        Assignment second = Task.command("true").assignment();
        machine.executor.start(first, this);
        Execution follower = machine.executor.follow(second, this).orElseThrow();

        letGo();
        awaitEndOf(second);

        assertThat(follower.withdraw()).isFalse();
    }

    @Test
    void close_endsFollowersToo() {
        Assignment first = waitFor(go());
        Assignment second = waitFor(go());
        machine.executor.start(first, this);
        machine.executor.follow(second, this);

        machine.executor.close();

        assertThat(awaitEndOf(first).result().outcome()).isInstanceOf(Outcome.Stopped.class);
        assertThat(awaitEndOf(second).result().outcome()).isInstanceOf(Outcome.Stopped.class);
    }

    @Test
    void task_isBornInAGroupInWhichNoThreadOfTheWorkerStays() throws Exception {
        String groups =
                Machine.text(machine.run(Task.command("cat", "/proc/self/cgroup")).stdout());

        boolean isGrouped = machine.executor.limits().contains("processes by control group");
        assertThat(groups.contains("/orrery-")).as(groups).isEqualTo(isGrouped);
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            assertThat(threads.map(PosixExecutorFollowTest::groupsOf))
                    .noneMatch(text -> text.contains("/orrery-"));
        }
    }

    /** Empty for a thread that has just ended. */
    private static String groupsOf(Path thread) {
        try {
            return Files.readString(thread.resolve("cgroup"));
        } catch (IOException ended) {
            return "";
        }
    }

    @Test
    void workspaceLeftAsItWas_isGivenToTheNext() {
        assertThat(pwd("pwd")).isEqualTo(pwd("pwd"));
    }

    @Test
    void workspaceWithAFileOrClosed_isNotGivenToTheNext() {
        String first = pwd("pwd; touch left");
        String second = pwd("pwd; ls; chmod 755 .");
        String third = pwd("pwd; ls; mkdir .hidden");

        assertThat(second).isNotEqualTo(first).doesNotContain("left");
        assertThat(third).isNotEqualTo(second).isNotEqualTo(first);
        assertThat(pwd("pwd; ls -A")).isNotEqualTo(third).doesNotContain("hidden");
    }

    private String pwd(String line) {
        CapturedLog stdout = machine.run(Task.shell(line)).stdout();
        return Machine.text(stdout).strip();
    }

    @Override
    public void started(AttemptId attempt, Instant at) {
        // What ends soon is not told to have started.
    }

    @Override
    public void progress(AttemptId attempt, double fraction, String text) {
        // No task here says how far it is.
    }

    @Override
    public void ended(AttemptId attempt, AttemptResult result, Optional<AttemptId> follower) {
        ends.add(new End(attempt, result, follower));
    }
}
