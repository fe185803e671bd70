package dev.orrery.execution;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Bytes;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.Namespace;
import dev.orrery.model.Resources;
import dev.orrery.model.StoredFile;
import dev.orrery.model.TaskRange;
import dev.orrery.model.Work;
import dev.orrery.protocol.WorkerCommand.Assignment;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** A task of a test, and what is unusual about it. */
record Task(
        Work work,
        Map<String, String> environment,
        Bytes stdin,
        List<StoredFile> inputs,
        List<String> outputs,
        Optional<Duration> timeout) {

    static Task shell(String line) {
        return of(new Work.Shell(line));
    }

    static Task command(String... argv) {
        return of(new Work.Command(List.of(argv)));
    }

    static Task script(String content) {
        return of(new Work.Script("task", List.of("one", "two")))
                .inputs(file("task", Bytes.utf8(content)));
    }

    private static Task of(Work work) {
        return new Task(work, Map.of(), Bytes.EMPTY, List.of(), List.of(), Optional.empty());
    }

    static StoredFile file(String name, Bytes content) {
        String sha256 = Outputs.sha256(content.toArray());
        return new StoredFile(name, content.size(), sha256, new Content.Inline(content));
    }

    Task environment(Map<String, String> variables) {
        return new Task(work, variables, stdin, inputs, outputs, timeout);
    }

    Task stdin(Bytes bytes) {
        return new Task(work, environment, bytes, inputs, outputs, timeout);
    }

    Task inputs(StoredFile... files) {
        return new Task(work, environment, stdin, List.of(files), outputs, timeout);
    }

    Task outputs(String... patterns) {
        return new Task(work, environment, stdin, inputs, List.of(patterns), timeout);
    }

    Task timeout(Duration longest) {
        return new Task(work, environment, stdin, inputs, outputs, Optional.of(longest));
    }

    Assignment assignment() {
        JobSpec spec =
                new JobSpec(
                        Namespace.DEFAULT,
                        "tester",
                        "",
                        new TreeMap<>(),
                        work,
                        new TreeMap<>(environment),
                        stdin,
                        inputs,
                        outputs,
                        1,
                        Resources.ONE_CPU,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        timeout,
                        RetryRule.DEFAULT,
                        Duration.ofDays(1),
                        List.of(),
                        0,
                        false);
        JobId job = new JobId(UUID.randomUUID());
        return new Assignment(
                new AttemptId(TaskRange.single(job), 1), spec, 1, "token", "http://localhost:0");
    }
}
