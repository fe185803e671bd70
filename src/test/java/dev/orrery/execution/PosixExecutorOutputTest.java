package dev.orrery.execution;

import static dev.orrery.execution.Machine.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.Content;
import dev.orrery.model.Outcome;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.WorkerCommand.Assignment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a task reads and writes arrives whole, byte by byte. */
final class PosixExecutorOutputTest {

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

    @Test
    void quickTask_sendsItsOutputInline() {
        AttemptResult result = machine.run(Task.shell("echo out; echo err >&2"));

        assertThat(result.outcome()).isEqualTo(new Outcome.Exited(0));
        assertThat(text(result.stdout())).isEqualTo("out\n");
        assertThat(text(result.stderr())).isEqualTo("err\n");
        assertThat(machine.master.logs).isEmpty();
    }

    @Test
    void invalidText_staysAsItIs() {
        AttemptResult result = machine.run(Task.shell("printf '\\377\\000\\376\\r\\n\\033[0m'"));

        assertThat(machine.stdout(result))
                .isEqualTo(new byte[] {-1, 0, -2, '\r', '\n', 27, '[', '0', 'm'});
    }

    @Test
    void slowTask_shipsWhatItWrites() {
        Assignment assignment = Task.shell("echo a; sleep 0.5; echo b").assignment();

        AttemptResult result = machine.run(assignment);

        assertThat(result.stdout()).isEqualTo(new CapturedLog(4, 0, new Content.Shipped()));
        assertThat(result.stderr()).isEqualTo(CapturedLog.EMPTY);
        assertThat(
                        new String(
                                machine.master.log(assignment, Stream.STDOUT),
                                StandardCharsets.UTF_8))
                .isEqualTo("a\nb\n");
        assertThat(machine.master.isClosed(assignment, Stream.STDOUT)).isTrue();
    }

    @Test
    void flood_isKeptUpToTheQuotaAndCounted() {
        Assignment assignment =
                Task.shell("head -c 54000000 /dev/zero | tr '\\000' x; echo end >&2").assignment();

        AttemptResult result = machine.run(assignment);

        long kept = Machine.OUTPUT_BYTES_MAX;
        assertThat(result.outcome()).isEqualTo(new Outcome.Exited(0));
        assertThat(result.stdout())
                .isEqualTo(new CapturedLog(kept, 54_000_000 - kept, new Content.Shipped()));
        byte[] log = machine.master.log(assignment, Stream.STDOUT);
        assertThat(log).hasSize((int) kept).containsOnly('x');
        assertThat(text(machine.stderr(result))).isEqualTo("end\n");
    }

    @Test
    void masterAway_losesNothing() {
        machine.master.failuresLeft.set(3);
        Assignment assignment = Task.shell("seq 100000").assignment();

        AttemptResult result = machine.run(assignment);

        byte[] log = machine.master.log(assignment, Stream.STDOUT);
        assertThat(result.outcome()).isEqualTo(new Outcome.Exited(0));
        assertThat(result.stdout().sizeBytes()).isEqualTo(588_895).isEqualTo(log.length);
        assertThat(new String(log, StandardCharsets.UTF_8)).endsWith("99999\n100000\n");
    }

    @Test
    void slowLink_carriesSmallerPieces() {
        machine.master.pieceBytesMax = 40_000;
        Assignment assignment = Task.shell("seq 100000").assignment();

        AttemptResult result = machine.run(assignment);

        assertThat(result.stdout().sizeBytes()).isEqualTo(588_895);
        assertThat(machine.master.log(assignment, Stream.STDOUT)).hasSize(588_895);
        assertThat(machine.master.isClosed(assignment, Stream.STDOUT)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 262144", "4, 0", "5, 300000"})
    void masterThatTakesOver_getsAllThatItLacks(int pieces, int has) {
        machine.master.piecesUntilTakeover = pieces;
        machine.master.bytesTakenOver = has;
        Assignment assignment = Task.shell("seq 200000; sleep 0.3; seq 5").assignment();

        AttemptResult result = machine.run(assignment);

        byte[] log = machine.master.log(assignment, Stream.STDOUT);
        assertThat(result.outcome()).isEqualTo(new Outcome.Exited(0));
        assertThat(result.stdout())
                .isEqualTo(new CapturedLog(log.length, 0, new Content.Shipped()));
        assertThat(new String(log, StandardCharsets.UTF_8))
                .isEqualTo(
                        IntStream.concat(IntStream.rangeClosed(1, 200_000), IntStream.range(1, 6))
                                .mapToObj(number -> number + "\n")
                                .collect(Collectors.joining()));
        assertThat(machine.master.piecesUntilTakeover)
                .as("another master took over")
                .isEqualTo(Integer.MAX_VALUE);
        assertThat(machine.master.isClosed(assignment, Stream.STDOUT)).isTrue();
    }

    @Test
    void closedStdout_doesNotEndTheTask() {
        AttemptResult result =
                machine.run(Task.shell("exec >&-; sleep 0.05; echo still here >&2; exit 3"));

        assertThat(result.outcome()).isEqualTo(new Outcome.Exited(3));
        assertThat(text(machine.stderr(result))).isEqualTo("still here\n");
    }

    @Test
    void stdin_reachesASlowReaderWhole() {
        byte[] content = new byte[1 << 20];
        new Random(42).nextBytes(content);

        AttemptResult result =
                machine.run(
                        Task.shell("head -c 100 | sha256sum; sleep 0.1; cat | sha256sum")
                                .stdin(Bytes.copyOf(content)));

        byte[] first = Arrays.copyOf(content, 100);
        assertThat(text(machine.stdout(result))).startsWith(Outputs.sha256(first) + "  -\n");
        AttemptResult whole =
                machine.run(Task.shell("sleep 0.1; sha256sum").stdin(Bytes.copyOf(content)));
        assertThat(text(machine.stdout(whole))).isEqualTo(Outputs.sha256(content) + "  -\n");
    }

    @Test
    void noStdin_isAnEmptyOne() {
        AttemptResult result = machine.run(Task.command("cat"));

        assertThat(result.outcome()).isEqualTo(new Outcome.Exited(0));
        assertThat(result.stdout()).isEqualTo(CapturedLog.EMPTY);
    }

    @Test
    void progressLines_areToldAndStayInTheOutput() {
        Recorder recorder = new Recorder();
        machine.executor.start(
                Task.shell(
                                "echo ::progress 0.25 a quarter; echo ::progress 7; sleep 0.4;"
                                        + " echo ::progress 1")
                        .assignment(),
                recorder);

        AttemptResult result = recorder.result();

        assertThat(recorder.heard())
                .isEqualTo(List.of("started", "progress 0.25 a quarter", "progress 1.0 ", "ended"));
        assertThat(result.stdout().sizeBytes()).isEqualTo(52);
    }

    @Test
    void environment_isCleanButForWhatIsNamed() {
        Task task = Task.command("env").environment(Map.of("MINE", "a b"));
        Assignment assignment = task.assignment();

        AttemptResult result = machine.run(assignment);

        String job = assignment.attempt().job().toString();
        assertThat(System.getenv()).containsKey("PWD");
        assertThat(text(machine.stdout(result)).lines())
                .contains("MINE=a b", "ORRERY_JOB=" + job, "ORRERY_TASK=" + job)
                .contains("ORRERY_INDEX=0", "ORRERY_ATTEMPT=1", "ORRERY_WORKER=w-1")
                .contains("ORRERY_DIR=" + directory.resolve("work/1"))
                .noneMatch(line -> line.startsWith("PWD="));
    }
}
