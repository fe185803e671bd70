package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A cluster whose bus loses a fifth, doubles a fifth, and lets messages overtake each other. */
final class LyingBusIT {
    private static final int TASKS = 300;
    private static final int CLIENTS = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @RegisterExtension final Stage stage = new Stage();

    private final Mischief mischief = new Mischief(stage);
    private final Path runs = stage.path("runs");

    /** What became of a task, and what it was meant to do. */
    private record Sent(int number, String id) {
        boolean failsOnce() {
            return number % 10 == 3;
        }

        boolean failsAlways() {
            return number % 10 == 5;
        }

        boolean isCancelled() {
            return number % 10 == 7;
        }
    }

    @Test
    void everythingHolds() throws Exception {
        // given
        Files.createDirectories(runs);
        Program master = mischief.lying(1, "master", "--port", "0").ready();
        Program first = mischief.lying(2, "worker", "--name", "one", "--slots", "16").ready();
        Program second = mischief.lying(3, "worker", "--name", "two", "--slots", "16").ready();
        Api api = stage.api(master, "data");

        // when
        List<Sent> sent = submitAll(api);

        // then every accepted task came to its end, once
        inParallel(sent, one -> checkEnd(api, one));
        assertThat(sent.stream().map(Sent::id).distinct()).hasSize(TASKS);
        // and no attempt started twice, nor two attempts of a task at a time
        assertThat(runs.resolve("overlap")).doesNotExist();
        try (Stream<Path> starts = Files.list(runs)) {
            for (Path file : starts.filter(it -> it.toString().endsWith(".start")).toList()) {
                assertThat(Files.readAllLines(file)).as(file.toString()).hasSize(1);
            }
        }
        assertThat(List.of(master, first, second)).allMatch(Program::isAlive);
        assertThat(master.out() + master.err()).contains("the bus lied");
    }

    private static List<String> endsOf(Sent sent) {
        if (sent.isCancelled()) {
            return List.of("CANCELLED", "SUCCEEDED");
        }
        return List.of(sent.failsAlways() ? "FAILED" : "SUCCEEDED");
    }

    private List<Sent> submitAll(Api api) throws Exception {
        return inParallel(IntStream.range(0, TASKS).boxed().toList(), number -> send(api, number));
    }

    /** By many clients at a time, as each waits for what the bus has lost. */
    private static <T, R> List<R> inParallel(List<T> each, Function<T, R> action) throws Exception {
        List<R> results = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<R>> all =
                    each.stream().map(one -> clients.submit(() -> action.apply(one))).toList();
            for (Future<R> one : all) {
                results.add(one.get());
            }
        }
        return results;
    }

    private static Sent checkEnd(Api api, Sent one) {
        JsonNode job = awaitEnd(api, one.id());
        assertThat(job.path("state").asText()).as(job.toString()).isIn(endsOf(one));
        assertEventsAreDense(api, one.id());
        return one;
    }

    /** As a client does: again under the same key until it is accepted. */
    private Sent send(Api api, int number) {
        Sent plan = new Sent(number, "");
        ObjectNode spec = Api.MAPPER.createObjectNode();
        spec.put("command", script(plan)).put("retries", 2).put("backoff", "50ms");
        Api.Answer answer;
        do {
            answer = api.post("/jobs", spec.toString(), "Idempotency-Key", "key-" + number);
        } while (answer.status() == 503);
        assertThat(answer.status()).as(answer.text()).isIn(200, 201);
        Sent sent = new Sent(number, answer.json().path("id").asText());
        while (sent.isCancelled() && api.post(cancel(sent), "").status() == 503) {
            Thread.onSpinWait();
        }
        return sent;
    }

    private static String cancel(Sent sent) {
        return "/jobs/" + sent.id() + "/cancel";
    }

    private String script(Sent plan) {
        String end = "exit 0";
        if (plan.failsAlways()) {
            end = "exit 1";
        } else if (plan.failsOnce()) {
            end = "[ $ORRERY_ATTEMPT -gt 1 ]";
        }
        return """
        cd %s
        echo x >> $ORRERY_TASK.$ORRERY_ATTEMPT.start
        mkdir $ORRERY_TASK.running || echo $ORRERY_TASK >> overlap
        sleep 0.05
        rmdir $ORRERY_TASK.running
        %s
        """
                .formatted(runs, end);
    }

    private static JsonNode awaitEnd(Api api, String id) {
        return await("the end of " + id)
                .atMost(PATIENCE)
                .until(() -> api.job(id), job -> Api.TERMINAL.contains(job.path("state").asText()));
    }

    private static void assertEventsAreDense(Api api, String id) {
        List<JsonNode> events =
                await("the events of " + id)
                        .atMost(PATIENCE)
                        .until(() -> read(api, id), it -> !it.isEmpty());
        List<Long> numbers = events.stream().map(event -> event.path("seq").asLong()).toList();
        assertThat(numbers)
                .isEqualTo(
                        IntStream.rangeClosed(1, numbers.size()).mapToObj(Long::valueOf).toList());
        assertThat(events.stream().filter(event -> event.path("terminal").asBoolean())).hasSize(1);
        assertThat(events.getLast().path("terminal").asBoolean()).isTrue();
    }

    /** All of them, or none when no master answers just now. */
    private static List<JsonNode> read(Api api, String id) {
        List<JsonNode> events = new ArrayList<>();
        try (Events stream = Events.open(api, "jobs." + id, 0)) {
            for (JsonNode event = stream.next().orElseThrow();
                    !event.has("problem");
                    event = stream.next().orElseThrow()) {
                if (event.has("seq") && event.has("at")) {
                    events.add(event);
                }
                if (event.path("terminal").asBoolean()) {
                    return events;
                }
            }
        }
        return List.of();
    }
}
