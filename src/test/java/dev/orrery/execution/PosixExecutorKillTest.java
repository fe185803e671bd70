package dev.orrery.execution;

import static dev.orrery.execution.Machine.sleepers;
import static dev.orrery.execution.Machine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orrery.execution.posix.Launcher;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.protocol.AttemptResult;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** After the end of an attempt none of its processes is alive, however it hid. */
final class PosixExecutorKillTest {

    /** Two forks, a new session, no open descriptor and an empty environment. */
    private static final String DAEMON =
            "(setsid env -i /bin/sh -c 'exec >&- 2>&- <&-; /bin/sleep %s & exit 0' &) ;";

    @TempDir Path directory;
    private Machine machine;

    @BeforeEach
    void start() {
        machine = new Machine(directory);
    }

    @AfterEach
    void stop() {
        machine.close();
    }

    private Executor.Execution begin(Task task, Recorder recorder) {
        Executor.Execution execution = machine.executor.start(task.assignment(), recorder);
        recorder.awaitStart();
        return execution;
    }

    @Test
    void timeout_killsWhatIgnoresTheTermSignal() {
        Task task = Task.shell("trap '' TERM; while :; do sleep 3001; done");

        AttemptResult result = machine.run(task.timeout(Duration.ofMillis(300)));

        assertThat(result.outcome()).isEqualTo(new Outcome.TimedOut());
        assertThat(result.usage().wall()).isGreaterThanOrEqualTo(Duration.ofMillis(800));
        assertThat(sleepers(3001)).isZero();
    }

    @Test
    void stop_letsTheTaskEndByItself() {
        Recorder recorder = new Recorder();
        Task task =
                Task.shell(
                        "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done");
        Executor.Execution execution = begin(task, recorder);
        await().until(() -> !machine.master.logs.isEmpty());

        execution.stop(StopReason.CANCELLED);

        assertThat(recorder.result().outcome())
                .isEqualTo(new Outcome.Stopped(StopReason.CANCELLED));
        assertThat(machine.master.logs.values().iterator().next().toString(UTF_8))
                .isEqualTo("ready\nbye\n");
    }

    @Test
    void stop_killsStoppedProcesses() {
        Recorder recorder = new Recorder();
        Executor.Execution execution = begin(Task.shell("sleep 3002 & kill -STOP $! $$"), recorder);

        execution.stop(StopReason.LEASE_LOST);

        assertThat(recorder.result().outcome())
                .isEqualTo(new Outcome.Stopped(StopReason.LEASE_LOST));
        assertThat(sleepers(3002)).isZero();
    }

    @Test
    void kill_waitsForNoGrace() {
        Recorder recorder = new Recorder();
        Executor.Execution execution =
                begin(Task.shell("trap '' TERM; sleep 3003; sleep 3003"), recorder);
        execution.stop(StopReason.STALE);

        execution.kill(StopReason.CANCELLED);

        assertThat(recorder.result().outcome()).isEqualTo(new Outcome.Stopped(StopReason.STALE));
        assertThat(sleepers(3003)).isZero();
    }

    @Test
    void daemon_doesNotOutliveASuccess() {
        AttemptResult result =
                machine.run(Task.shell(DAEMON.formatted(3004) + " sleep 0.2; echo done"));

        assertThat(result.outcome()).isEqualTo(new Outcome.Exited(0));
        assertThat(sleepers(3004)).isZero();
    }

    @Test
    void daemon_doesNotOutliveAStop() {
        Recorder recorder = new Recorder();
        Executor.Execution execution =
                begin(Task.shell(DAEMON.formatted(3005) + " sleep 3006"), recorder);
        await().until(() -> sleepers(3005) == 1);

        execution.stop(StopReason.CANCELLED);

        assertThat(recorder.result().outcome()).isInstanceOf(Outcome.Stopped.class);
        assertThat(sleepers(3005) + sleepers(3006)).isZero();
    }

    /** It has left the session, and shows no more whose it was. */
    @Test
    void daemonThatEndsByItself_isBuried() throws IOException {
        Recorder recorder = new Recorder();
        Path file = directory.resolve("pid");
        Executor.Execution execution =
                begin(
                        Task.shell(
                                "(setsid /bin/sh -c 'echo $$ > %s' &); sleep 3015".formatted(file)),
                        recorder);

        await().until(() -> Files.exists(file) && Files.size(file) > 0);
        Path process = Path.of("/proc", Files.readString(file).strip());
        await().until(() -> Files.notExists(process));

        execution.kill(StopReason.CANCELLED);
        recorder.result();
    }

    @Test
    void neighbour_isNotTouched() {
        Recorder neighbour = new Recorder();
        Executor.Execution other =
                begin(Task.shell(DAEMON.formatted(3007) + " sleep 3008"), neighbour);
        await().until(() -> sleepers(3007) == 1);

        machine.run(Task.shell(DAEMON.formatted(3009) + " sleep 0.1"));

        assertThat(sleepers(3009)).isZero();
        assertThat(sleepers(3007) + sleepers(3008)).isEqualTo(2);
        other.kill(StopReason.CANCELLED);
        neighbour.result();
        assertThat(sleepers(3007) + sleepers(3008)).isZero();
    }

    @Test
    void grandchildWithTheOutput_isReadForAWhileThenKilled() {
        AttemptResult result =
                machine.run(
                        Task.shell("(sleep 0.1; echo late; sleep 3010; echo never) & echo soon"));

        assertThat(result.outcome()).isEqualTo(new Outcome.Exited(0));
        assertThat(result.stdout().sizeBytes()).isEqualTo("soon\nlate\n".length());
        assertThat(sleepers(3010)).isZero();
    }

    /** Four times as many as are allowed, and no more, should nothing hold them. */
    @Test
    void forkBomb_leavesNothing() {
        Task bomb =
                Task.shell(
                        "f() { sleep 3011 & [ $1 = 0 ] || { f $(($1-1)) & f $(($1-1)) & }; };"
                                + " f 6; sleep 3012");

        AttemptResult result = machine.run(bomb.timeout(Duration.ofMillis(500)));

        assertThat(result.outcome())
                .isIn(new Outcome.TimedOut(), new Outcome.Exited(2)); // the shell could not fork
        assertThat(sleepers(3011) + sleepers(3012)).isZero();
    }

    @Test
    void close_stopsWhatRuns() {
        Recorder recorder = new Recorder();
        begin(Task.shell("sleep 3013"), recorder);

        machine.executor.close();

        assertThat(recorder.hasEnded()).isTrue();
        assertThat(recorder.result().outcome())
                .isEqualTo(new Outcome.Stopped(StopReason.WORKER_STOPPED));
        assertThat(sleepers(3013)).isZero();
    }

    @Test
    void portableLauncher_runsAndKillsAsWell(@TempDir Path other) {
        try (Machine portable = new Machine(other, "first", Launcher.portable())) {
            AttemptResult good =
                    portable.run(
                            Task.shell("cat; pwd >&2; exit 4")
                                    .stdin(dev.orrery.model.Bytes.utf8("in")));
            AttemptResult late =
                    portable.run(
                            Task.shell("sleep 3014 & sleep 3014").timeout(Duration.ofMillis(200)));

            assertThat(good.outcome()).isEqualTo(new Outcome.Exited(4));
            assertThat(text(portable.stdout(good))).isEqualTo("in");
            assertThat(late.outcome()).isEqualTo(new Outcome.TimedOut());
            assertThat(portable.run(Task.command("/no/such")).outcome())
                    .isInstanceOf(Outcome.NotStartable.class);
            assertThat(sleepers(3014)).isZero();
        }
    }
}
