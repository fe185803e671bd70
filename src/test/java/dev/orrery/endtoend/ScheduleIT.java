package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Schedules of a real node, which fires each moment once whatever becomes of it. */
final class ScheduleIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final List<String> POLICIES = List.of("skip", "once", "all");

    /** Longer than a moment counts as on time. */
    private static final Duration AWAY = Duration.ofSeconds(8);

    @RegisterExtension final Stage stage = new Stage();

    private Program dev() {
        String data = stage.path("data").toString();
        return stage.java("dev", "--data", data, "--port", "0", "--slots", "2").ready();
    }

    @Test
    void everySecond_overAKilledNode_firesNoMomentTwiceAndForgetsNone() {
        // given a schedule of each policy
        Program server = dev();
        Api before = stage.api(server, "data");
        for (String policy : POLICIES) {
            create(before, policy);
        }
        await().atMost(PATIENCE).until(() -> POLICIES.stream().allMatch(it -> size(it) >= 2));

        // when the node is killed, and is away for a while
        server.kill();
        Instant back = Instant.now().plus(AWAY);
        await().atMost(PATIENCE).until(() -> Instant.now().isAfter(back));
        Api after = stage.api(dev(), "data");
        await().atMost(PATIENCE)
                .until(() -> POLICIES.stream().allMatch(it -> hasMomentAfter(it, back)));
        for (String policy : POLICIES) {
            after.post("/schedules/" + policy + "/pause", "");
        }
        await().atMost(PATIENCE).until(() -> isAtRest(after));

        // then every moment fired once or is counted as left out
        for (String policy : POLICIES) {
            JsonNode schedule = after.get("/schedules/" + policy).json();
            Map<Instant, Set<String>> jobs = trace(policy);
            assertThat(jobs.values()).as("%s: %s", schedule, jobs).allMatch(it -> it.size() == 1);
            assertThat(schedule.path("fired").asInt()).as("%s", schedule).isEqualTo(jobs.size());
            assertThat(schedule.path("fired").asLong() + schedule.path("skipped").asLong())
                    .as("%s", schedule)
                    .isEqualTo(secondsDecided(schedule));
        }
        assertThat(after.get("/schedules/all").json().path("skipped").asInt()).isZero();
        for (String policy : List.of("skip", "once")) {
            JsonNode schedule = after.get("/schedules/" + policy).json();
            assertThat(schedule.path("skipped").asInt()).as("%s", schedule).isPositive();
            assertThat(schedule.at("/lastSkip/reason").asText()).isEqualTo("missed");
        }
    }

    @Test
    void commandLine_createsTriggersAndDeletes() {
        Program server = dev();
        Api api = stage.api(server, "data");

        assertThat(
                        orrery(
                                "schedule create --name nightly --cron '0 3 * * *'"
                                        + " --tz Europe/Berlin -- sh -c 'echo ran'"))
                .startsWith("nightly fires next at ")
                .endsWith("Europe/Berlin\n");
        String job = orrery("schedule trigger nightly").replaceAll("(?s).*\\((.*)\\).*", "$1");
        assertThat(api.awaitEnd(job).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(api.stdout(job)).isEqualTo("ran\n");
        assertThat(orrery("schedule pause nightly")).isEqualTo("nightly paused\n");
        assertThat(orrery("schedule list")).contains("nightly").contains("paused");
        assertThat(orrery("schedule show nightly")).contains("0 fired, 0 skipped, 1 by hand");
        assertThat(orrery("list --label orrery.schedule=nightly")).contains("nightly");
        assertThat(orrery("schedule delete nightly")).isEqualTo("nightly deleted\n");
        assertThat(orrery("schedule list")).doesNotContain("nightly");
    }

    private String orrery(String line) {
        Program run =
                stage.shell(
                        "orrery " + line,
                        Map.of("ORRERY_SERVER_DATA", stage.path("data").toString()));
        assertThat(run.exit()).as(run.err()).isZero();
        return run.out();
    }

    private void create(Api api, String policy) {
        String line = "echo $ORRERY_SCHEDULED_FOR $ORRERY_JOB >> " + file(policy);
        String body =
                Api.MAPPER
                        .createObjectNode()
                        .put("name", policy)
                        .put("cron", "* * * * * *")
                        .put("misfire", policy)
                        .set("job", Api.MAPPER.createObjectNode().put("command", line))
                        .toString();
        Api.Answer created = api.post("/schedules", body);
        assertThat(created.status()).as(created.text()).isEqualTo(201);
    }

    private static boolean isAtRest(Api api) {
        String live = "/jobs?state=WAITING,QUEUED,ASSIGNED,RUNNING";
        return api.get(live).json().path("items").isEmpty();
    }

    /** How many moments lie between the creation and the last one that fired. */
    private static long secondsDecided(JsonNode schedule) {
        Instant created = Instant.parse(schedule.path("createdAt").asText());
        Instant last = Instant.parse(schedule.at("/lastFire/scheduledFor").asText());
        return last.getEpochSecond() - created.getEpochSecond();
    }

    private Path file(String policy) {
        return stage.path("moments-" + policy + ".txt");
    }

    private int size(String policy) {
        return trace(policy).size();
    }

    private boolean hasMomentAfter(String policy, Instant at) {
        return trace(policy).keySet().stream().anyMatch(it -> it.isAfter(at));
    }

    /** The jobs that ran for each moment; a job that was cut off may have run again. */
    private Map<Instant, Set<String>> trace(String policy) {
        Map<Instant, Set<String>> jobs = new TreeMap<>();
        for (String line : lines(file(policy))) {
            String[] words = line.split(" ");
            jobs.computeIfAbsent(Instant.parse(words[0]), first -> new TreeSet<>()).add(words[1]);
        }
        return jobs;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : new ArrayList<>();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
