package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Who goes next on a worker of four slots when many want it, and what each is told meanwhile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SharingIT {
    private static final int SLOTS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @RegisterExtension final Stage stage = new Stage();

    private Api api;

    @BeforeAll
    void start() {
        Path settings =
                stage.write(
                        "sharing.yaml",
                        """
                        scheduling:
                          fairness:
                            weights: {lab-a: 3, lab-b: 1}
                          limits:
                            namespaces: {small: 2}
                            labels: {"license=one": 1}
                          reservation: {after: 1s}
                        """);
        String data = stage.path("data").toString();
        String[] words = {"dev", "--data", data, "--port", "0", "--slots", "" + SLOTS};
        List<String> command = new ArrayList<>(List.of(words));
        command.addAll(List.of("--conf", settings.toString()));
        api = stage.api(stage.java(command.toArray(String[]::new)).ready(), "data");
    }

    @Test
    void weights_shareTheStarts() throws IOException {
        // given a namespace that has all of the cluster, and two that want it
        Path go = file("go");
        Path trace = file("trace");
        List<String> jobs = occupy(SLOTS, job("lab-a", untilThere(go)));
        for (int i = 0; i < 40; i++) {
            jobs.add(submit(job("lab-a", "echo lab-a >> " + trace + "; sleep 0.1")));
            jobs.add(submit(job("lab-b", "echo lab-b >> " + trace + "; sleep 0.1")));
        }
        assertThat(explain(jobs.get(SLOTS)))
                .contains("namespace lab-a holds 100% of the cluster")
                .contains("another namespace")
                .doesNotContain("lab-b");

        // when
        Files.createFile(go);
        jobs.forEach(api::awaitEnd);

        // then three in four are of the one that weighs three
        List<String> first = Files.readAllLines(trace).subList(0, 40);
        assertThat(Collections.frequency(first, "lab-a")).as("%s", first).isBetween(26, 33);
    }

    @Test
    void capOfALabel_holdsBackNoOthers() throws IOException {
        // given three jobs that want the one licence, and one behind them that does not
        Path go = file("go");
        Path lock = file("lock");
        Path trace = file("trace");
        List<String> jobs = new ArrayList<>();
        String line =
                "mkdir %1$s && echo alone >> %2$s || echo together >> %2$s; %3$s; rmdir %1$s"
                        .formatted(lock, trace, untilThere(go));
        for (int i = 0; i < 3; i++) {
            ObjectNode job = job("default", line);
            job.putObject("labels").put("license", "one");
            jobs.add(submit(job));
        }
        String other = submit(job("default", "true"));

        // then the other ends while two wait, and they are told why
        assertThat(api.awaitEnd(other).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(jobs).map(this::state).containsOnlyOnce("RUNNING").contains("QUEUED");
        assertThat(explain(jobs.get(2))).contains("cap of label license=one: 1 of 1 run");

        // when the licence is given back it goes from one to the next
        Files.createFile(go);
        jobs.forEach(api::awaitEnd);
        assertThat(Files.readAllLines(trace)).containsExactly("alone", "alone", "alone");
    }

    @Test
    void capOfANamespace_holdsItBack() throws IOException {
        Path go = file("go");
        List<String> jobs = occupy(2, job("small", untilThere(go)));

        String third = submit(job("small", "true"));

        assertThat(explain(third)).contains("cap of namespace small: 2 of 2 run");
        assertThat(api.awaitEnd(submit(job("default", "true"))).path("state").asText())
                .isEqualTo("SUCCEEDED");
        assertThat(state(third)).isEqualTo("QUEUED");
        Files.createFile(go);
        jobs.forEach(api::awaitEnd);
        assertThat(api.awaitEnd(third).path("state").asText()).isEqualTo("SUCCEEDED");
    }

    @Test
    void exclusiveTask_runsAlone() throws IOException {
        // given a task that runs, one that wants the worker for itself, and others behind it
        Path go = file("go");
        Path running = Files.createDirectory(file("running"));
        String busy = "touch %1$s/$ORRERY_JOB; sleep 0.1; rm %1$s/$ORRERY_JOB".formatted(running);
        List<String> first = occupy(1, job("default", untilThere(go)));
        String count = "ls " + running + " | wc -l";
        String alone =
                submit(job("default", count + "; sleep 0.5; " + count).put("exclusive", true));
        List<String> others = many(20, job("default", busy));

        // then it waits for the worker
        assertThat(explain(alone)).contains("wants a worker for itself; the emptiest is");

        // and runs without anybody beside it
        Files.createFile(go);
        first.forEach(api::awaitEnd);
        assertThat(api.awaitEnd(alone).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(api.stdout(alone).replace(" ", "")).isEqualTo("0\n0\n");
        others.forEach(api::awaitEnd);
    }

    @Test
    void taskThatWantsAllSlots_isNotStarvedByASteadyStream() throws IOException {
        // given a stream of small tasks that end at different times, more than can run for long
        Path stop = file("stop");
        Path trace = file("trace");
        List<String> before = many(SLOTS, job("default", small(stop, trace, 0)));
        ObjectNode wide = job("default", "echo large >> " + trace);
        wide.putObject("resources").put("cpus", SLOTS);
        String large = submit(wide);
        List<String> after =
                IntStream.range(0, 300)
                        .mapToObj(i -> submit(job("default", small(stop, trace, i))))
                        .toList();

        // then a worker is kept for the large one, which goes while small ones wait
        await().atMost(PATIENCE)
                .until(() -> explain(large).contains("is kept free for it") || hasRun(large));
        assertThat(api.awaitEnd(large).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(state(after.getLast())).isEqualTo("QUEUED");
        assertThat(Files.readAllLines(trace)).contains("large", "small");
        Files.createFile(stop);
        before.forEach(api::awaitEnd);
        after.forEach(api::awaitEnd);
    }

    @Test
    void halfCpus_runTwoToACpu() throws IOException {
        Path go = file("go");
        ObjectNode half = job("default", untilThere(go));
        half.putObject("resources").put("cpus", 0.5);
        List<String> jobs = occupy(2 * SLOTS, half);

        String ninth = submit(half);

        assertThat(explain(ninth)).contains("all slots of the 1 fitting workers are taken");
        assertThat(jobs).map(this::state).containsOnly("RUNNING");
        Files.createFile(go);
        jobs.forEach(api::awaitEnd);
        assertThat(api.awaitEnd(ninth).path("state").asText()).isEqualTo("SUCCEEDED");
    }

    @Test
    void boundOfAJob_isKeptWithIt() {
        String job = submit(job("default", "true").put("maxParallel", 2));

        assertThat(api.awaitEnd(job).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(api.job(job).at("/spec/maxParallel").asInt()).isEqualTo(2);
    }

    private static String untilThere(Path file) {
        return "until [ -e " + file + " ]; do sleep 0.02; done";
    }

    private static String small(Path stop, Path trace, int number) {
        return "[ -e %s ] || { echo small >> %s; sleep 0.%d; }"
                .formatted(stop, trace, 2 + number % 3);
    }

    private static ObjectNode job(String namespace, String line) {
        return Api.MAPPER.createObjectNode().put("namespace", namespace).put("command", line);
    }

    private String submit(ObjectNode job) {
        return api.submit(job.toString());
    }

    private List<String> many(int count, ObjectNode job) {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(submit(job));
        }
        return jobs;
    }

    /** So many of a job, all of which run. */
    private List<String> occupy(int count, ObjectNode job) {
        List<String> jobs = many(count, job);
        jobs.forEach(it -> api.awaitState(it, "RUNNING"));
        return jobs;
    }

    private String state(String job) {
        return api.job(job).path("state").asText();
    }

    private boolean hasRun(String job) {
        return Api.TERMINAL.contains(state(job));
    }

    private String explain(String job) {
        return api.get("/jobs/" + job + "/explain").json().path("reasons").toString();
    }

    private Path file(String name) {
        return stage.path(name + "-" + System.nanoTime());
    }
}
