package dev.orrery.execution;

import static dev.orrery.execution.Machine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.model.Bytes;
import dev.orrery.model.Content;
import dev.orrery.model.Outcome;
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

/** What a task is given as files, what it may leave, and that nothing else stays. */
final class PosixExecutorFilesTest {

    @TempDir Path directory;
    private Machine machine;

    @BeforeEach
    void start() {
        machine = new Machine(directory);
    }

    @AfterEach
    void nothingIsLeft() {
        await().untilAsserted(() -> assertThat(entries("work")).isEmpty());
        assertThat(entries("spool")).isEmpty();
        assertThat(entries("trash")).isEmpty();
        machine.close();
    }

    private List<Path> entries(String name) {
        try (Stream<Path> entries = Files.list(directory.resolve(name))) {
            return entries.toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> names(AttemptResult result) {
        return result.outputs().stream().map(StoredFile::name).toList();
    }

    @Test
    void smallOutput_ridesInline() {
        AttemptResult result = machine.run(Task.shell("printf abc > a").outputs("a"));

        assertThat(result.outcome()).isEqualTo(new Outcome.Exited(0));
        assertThat(result.outputs()).containsExactly(Task.file("a", Bytes.utf8("abc")));
    }

    @Test
    void largeOutput_isStored() {
        AttemptResult result =
                machine.run(Task.shell("head -c 20000 /dev/zero > big").outputs("big"));

        StoredFile big = result.outputs().getFirst();
        assertThat(big.sizeBytes()).isEqualTo(20_000);
        assertThat(big.content()).isInstanceOf(Content.Stored.class);
        assertThat(machine.master.blobs.get(big.sha256())).hasSize(20_000);
    }

    @Test
    void patterns_matchFromTheWorkspace() {
        Task task = Task.shell("mkdir -p d/e; touch top.txt d/in.txt d/e/deep.txt d/other");

        assertThat(names(machine.run(task.outputs("*.txt")))).containsExactly("top.txt");
        assertThat(names(machine.run(task.outputs("**/*.txt"))))
                .containsExactly("d/e/deep.txt", "d/in.txt", "top.txt");
        assertThat(names(machine.run(task.outputs("d/*")))).containsExactly("d/in.txt", "d/other");
        assertThat(machine.run(task.outputs("none*")).outcome()).isEqualTo(new Outcome.Exited(0));
    }

    @Test
    void missingOutput_spoilsASuccessOnly() {
        Task good = Task.shell("true").outputs("result", "d/result");
        Task bad = Task.shell("touch log; exit 2").outputs("result", "log");

        assertThat(machine.run(good).outcome())
                .isEqualTo(
                        new Outcome.OutputsRefused(
                                List.of("result is not there", "d/result is not there")));
        AttemptResult failed = machine.run(bad);
        assertThat(failed.outcome()).isEqualTo(new Outcome.Exited(2));
        assertThat(names(failed)).containsExactly("log");
    }

    @Test
    void plantedFiles_areNotOpened() {
        String plant =
                "ln -s /etc/passwd link; mkfifo fifo; ln -s /etc out; echo x > one; ln one two;";

        AttemptResult all = machine.run(Task.shell(plant).outputs("*", "**/passwd"));
        AttemptResult named =
                machine.run(
                        Task.shell(plant)
                                .outputs(
                                        "link",
                                        "fifo",
                                        "out/passwd",
                                        "one",
                                        "../x",
                                        "/etc/passwd"));

        assertThat(all.outcome()).isEqualTo(new Outcome.Exited(0));
        assertThat(all.outputs()).isEmpty();
        assertThat(named.outputs()).isEmpty();
        assertThat(((Outcome.OutputsRefused) named.outcome()).causes()).hasSize(6);
    }

    @Test
    void tooMuchOutput_isRefused() {
        AttemptResult result =
                machine.run(Task.shell("truncate -s 1T huge; echo a > small").outputs("*"));

        assertThat(result.outcome()).isInstanceOf(Outcome.OutputsRefused.class);
        assertThat(names(result)).containsExactly("small");
    }

    @Test
    void storedInput_isFetched() {
        byte[] content = "stored".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        String sha256 = Outputs.sha256(content);
        machine.master.blobs.put(sha256, content);
        machine.master.failuresLeft.set(1);
        Content stored = new Content.Stored(new dev.orrery.model.BlobId(sha256));

        AttemptResult result =
                machine.run(
                        Task.shell("cat far near")
                                .inputs(
                                        new StoredFile("far", content.length, sha256, stored),
                                        Task.file("near", Bytes.utf8("!"))));

        assertThat(text(machine.stdout(result))).isEqualTo("stored!");
    }

    @Test
    void closedAndLinkedDirectories_areRemoved(@TempDir Path outside) throws IOException {
        Path kept = Files.writeString(outside.resolve("kept"), "x");

        machine.run(
                Task.shell(
                        "mkdir -p a/b c; touch a/b/f c/g; ln -s "
                                + outside
                                + " a/out; ln -s . loop; seq 300 | xargs touch;"
                                + " chmod 000 a/b a c; chmod 500 ."));

        assertThat(kept).exists();
    }

    @Test
    void removedWorkspace_isNoFault() {
        assertThat(machine.run(Task.shell("rm -rf \"$ORRERY_DIR\"")).outcome())
                .isEqualTo(new Outcome.Exited(0));
    }
}
