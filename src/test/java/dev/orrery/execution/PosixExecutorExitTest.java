package dev.orrery.execution;

import static dev.orrery.execution.Machine.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.Bytes;
import dev.orrery.model.Content;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.AttemptResult;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How a task starts, or does not, and what is said of its end. */
final class PosixExecutorExitTest {

    @TempDir Path directory;
    private Machine machine;

    @BeforeEach
    void start() {
        machine = new Machine(directory);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        machine.close();
        try (Stream<Path> workspaces = Files.list(directory.resolve("work"))) {
            assertThat(workspaces).isEmpty();
        }
    }

    private Outcome outcome(Task task) {
        return machine.run(task).outcome();
    }

    @Test
    void exitCode_isReported() {
        assertThat(outcome(Task.shell("exit 0"))).isEqualTo(new Outcome.Exited(0));
        assertThat(outcome(Task.shell("exit 255"))).isEqualTo(new Outcome.Exited(255));
    }

    @Test
    void foreignSignal_isReported() {
        assertThat(outcome(Task.shell("kill -KILL $$"))).isEqualTo(new Outcome.Signalled(9));
        assertThat(outcome(Task.shell("kill -QUIT $$"))).isEqualTo(new Outcome.Signalled(3));
    }

    @Test
    void script_runsByItsName() {
        AttemptResult result = machine.run(Task.script("#!/bin/sh\necho $0 $1 $2; pwd\n"));

        assertThat(text(machine.stdout(result)).lines().findFirst()).contains("./task one two");
    }

    @Test
    void scriptWithoutInterpreter_isRunByTheShell() {
        AttemptResult result = machine.run(Task.script("echo shell $2\n"));

        assertThat(text(machine.stdout(result))).isEqualTo("shell two\n");
    }

    @Test
    void emptyScript_succeeds() {
        assertThat(outcome(Task.script(""))).isEqualTo(new Outcome.Exited(0));
    }

    @Test
    void scriptWithCarriageReturns_saysSo() {
        assertThat(outcome(Task.script("#!/bin/sh\r\necho\r\n")))
                .isEqualTo(
                        new Outcome.NotStartable(
                                "the interpreter line ends in CR LF;"
                                        + " save the file with LF line ends"));
    }

    @Test
    void missingInterpreter_isNamed() {
        assertThat(outcome(Task.script("#!/no/such -x\n")))
                .isEqualTo(new Outcome.NotStartable("no such interpreter: /no/such"));
    }

    @Test
    void missingProgram_isNamed() {
        assertThat(outcome(Task.command("no-such-program")))
                .isEqualTo(
                        new Outcome.NotStartable("no such program in the path: no-such-program"));
        assertThat(outcome(Task.command("./nothing")))
                .isEqualTo(new Outcome.NotStartable("no such program: ./nothing"));
    }

    @Test
    void unusableProgram_isNamed() {
        assertThat(outcome(Task.command("/etc/passwd")))
                .isEqualTo(new Outcome.NotStartable("permission denied: /etc/passwd"));
        assertThat(outcome(Task.command("/etc")))
                .isEqualTo(new Outcome.NotStartable("is a directory: /etc"));
        assertThat(outcome(Task.script("\0\1\2\3")))
                .isEqualTo(
                        new Outcome.NotStartable(
                                "not a program that this machine can run: ./task"));
    }

    @Test
    void argumentWithZeroByte_isRefused() {
        assertThat(outcome(Task.command("echo", "a\0b"))).isInstanceOf(Outcome.NotStartable.class);
    }

    @Test
    void inputThatIsAPath_isRefused() {
        for (String name : List.of("../x", "a/b", "..", "", "/etc/x")) {
            assertThat(outcome(Task.shell("true").inputs(Task.file(name, Bytes.utf8("x")))))
                    .isEqualTo(
                            new Outcome.WorkerFault(
                                    "inputs: the name of an input is not a plain name"));
        }
    }

    @Test
    void damagedInput_isRefused() {
        StoredFile file = Task.file("x", Bytes.utf8("x"));
        Content other = new Content.Inline(Bytes.utf8("y"));
        StoredFile damaged = new StoredFile("x", 1, file.sha256(), other);

        assertThat(outcome(Task.shell("true").inputs(damaged)))
                .isEqualTo(
                        new Outcome.WorkerFault("inputs: the checksum of the input is wrong: x"));
    }

    @Test
    void stopWhileFetching_endsTheAttempt() {
        machine.master.keepsWaiting = true;
        Content stored = new Content.Stored(new dev.orrery.model.BlobId("0".repeat(64)));
        StoredFile far = new StoredFile("far", 1, "0".repeat(64), stored);
        Recorder recorder = new Recorder();
        Executor.Execution execution =
                machine.executor.start(Task.shell("true").inputs(far).assignment(), recorder);

        execution.stop(StopReason.CANCELLED);

        assertThat(recorder.result().outcome())
                .isEqualTo(new Outcome.Stopped(StopReason.CANCELLED));
        assertThat(recorder.heard()).containsExactly("ended");
    }

    @Test
    void manyAttempts_leaveNoDescriptorOpen() throws IOException {
        for (int i = 0; i < 50; i++) {
            outcome(Task.command("true"));
        }
        long before = descriptors();

        for (int i = 0; i < 500; i++) {
            outcome(Task.command("true"));
        }

        assertThat(descriptors()).isLessThanOrEqualTo(before + 2);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
