package dev.orrery.cli.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.FakeServer;
import dev.orrery.cli.Invocation;
import dev.orrery.cli.client.Json;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Schedules as the command line makes and shows them, seen by the server. */
final class ScheduleCommandTest {

    private static final String SCHEDULE =
            """
            {"id":"0190-a","name":"nightly","namespace":"default","owner":"me",
             "cron":"0 3 * * *","timeZone":"Europe/Berlin","misfire":"once","overlap":"forbid",
             "paused":false,"createdAt":"2026-11-30T12:00:00Z","next":"2027-03-28T01:00:00Z",
             "nextFires":["2027-03-28T01:00:00Z","2027-03-29T01:00:00Z"],
             "fired":12,"triggered":1,"skipped":3,
             "lastFire":{"scheduledFor":"2027-03-27T02:00:00Z","at":"2027-03-27T02:00:00.02Z",
                         "job":"0190-b"},
             "lastSkip":{"through":"2027-03-20T02:00:00Z","reason":"overlap"}}
            """;
    private static final String PAUSED =
            SCHEDULE.replace("\"paused\":false", "\"paused\":true")
                    .replace("\"next\":\"2027-03-28T01:00:00Z\",", "")
                    .replaceAll("\"nextFires\":\\[[^]]*]", "\"nextFires\":[]");

    @TempDir Path folder;
    private FakeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void create_sendsTheScheduleWithItsJob() throws IOException {
        server.json("POST /schedules", 201, SCHEDULE);

        Invocation run =
                invoke(
                        "schedule",
                        "create",
                        "--cron",
                        "0 3 * * *",
                        "--tz",
                        "Europe/Berlin",
                        "--name",
                        "nightly",
                        "--misfire",
                        "SKIP",
                        "--overlap",
                        "forbid",
                        "--start",
                        "2027-01-01T00:00:00Z",
                        "--end",
                        "2028-01-01T00:00:00Z",
                        "--namespace",
                        "space",
                        "--cpus",
                        "2",
                        "--",
                        "ls",
                        "--cron",
                        "x");

        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .isEqualTo("nightly fires next at 2027-03-28 03:00:00 +02:00 Europe/Berlin\n");
        assertThat(Json.parse(server.asked().getFirst().body()))
                .isEqualTo(
                        Json.parse(
                                """
                                {"name":"nightly","cron":"0 3 * * *","timeZone":"Europe/Berlin",
                                 "misfire":"skip","overlap":"forbid",
                                 "start":"2027-01-01T00:00:00Z","end":"2028-01-01T00:00:00Z",
                                 "job":{"namespace":"space","command":["ls","--cron","x"],
                                        "resources":{"cpus":2}}}
                                """));
    }

    @Test
    void create_sendsFilesAsPartsAfterTheSchedule() throws IOException {
        server.json("POST /schedules", 201, SCHEDULE);
        Path script = Files.writeString(folder.resolve("work.sh"), "#!/bin/sh\n");

        Invocation run =
                invoke(
                        "schedule",
                        "create",
                        "--cron",
                        "@daily",
                        "--name",
                        "nightly",
                        "--script",
                        script.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        String body = server.asked().getFirst().body();
        assertThat(body).contains("\"cron\":\"@daily\"").contains("#!/bin/sh");
        assertThat(body.indexOf("name=\"schedule\"")).isLessThan(body.indexOf("name=\"job\""));
        assertThat(body.indexOf("name=\"job\"")).isLessThan(body.indexOf("name=\"script\""));
    }

    @Test
    void create_needsANameAndAnExpression() {
        assertThat(invoke("schedule", "create", "--cron", "@daily", "--", "true").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(invoke("schedule", "create", "--name", "nightly", "--", "true").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void list_showsTimesByTheClockOfEachSchedule() {
        server.json("GET /schedules?limit=500", 200, page(SCHEDULE, "\"c1\""));
        server.json("GET /schedules?cursor=c1&limit=500", 200, page(PAUSED, "null"));

        Invocation run = invoke("schedule", "list");

        assertThat(run.out().lines().map(line -> line.replaceAll(" {2,}", "|").strip()))
                .containsExactly(
                        "NAME|CRON|ZONE|NEXT|LAST|FIRED|SKIPPED",
                        "nightly|0 3 * * *|Europe/Berlin|2027-03-28 03:00:00 +02:00"
                                + "|2027-03-27 03:00:00 +01:00|12|3",
                        "nightly|0 3 * * *|Europe/Berlin|paused|2027-03-27 03:00:00 +01:00|12|3");
    }

    @Test
    void show_tellsAllThatIsKnown() {
        server.json("GET /schedules/nightly?namespace=space", 200, SCHEDULE);

        Invocation run = invoke("schedule", "show", "--namespace", "space", "nightly");

        assertThat(run.out())
                .contains("cron       0 3 * * * (Europe/Berlin)\n")
                .contains("next       2027-03-28 03:00:00 +02:00\n")
                .contains("next       2027-03-29 03:00:00 +02:00\n")
                .contains("last       2027-03-27 03:00:00 +01:00, job 0190-b\n")
                .contains("left out   2027-03-20 03:00:00 +01:00, overlap\n")
                .contains("counts     12 fired, 3 skipped, 1 by hand\n");
    }

    @Test
    void show_isTheDocumentAsJson() throws IOException {
        server.json("GET /schedules/nightly", 200, SCHEDULE);

        Invocation run = invoke("schedule", "show", "-o", "json", "nightly");

        assertThat(Json.parse(run.out())).isEqualTo(Json.parse(SCHEDULE));
    }

    @Test
    void pauseResumeAndDelete_takeSeveral() {
        for (String name : List.of("a", "b")) {
            server.json("POST /schedules/" + name + "/pause", 200, PAUSED);
            server.json("POST /schedules/" + name + "/resume", 200, SCHEDULE);
            server.bytes("DELETE /schedules/" + name, new byte[0]);
        }

        assertThat(invoke("schedule", "pause", "a", "b").out()).isEqualTo("a paused\nb paused\n");
        assertThat(invoke("schedule", "resume", "a").out())
                .isEqualTo("nightly fires next at 2027-03-28 03:00:00 +02:00 Europe/Berlin\n");
        assertThat(invoke("schedule", "delete", "a", "b").out())
                .isEqualTo("a deleted\nb deleted\n");
    }

    @Test
    void trigger_saysWhichJobItMade() {
        server.json(
                "POST /schedules/nightly/trigger",
                201,
                "{\"id\":\"0190-c\",\"number\":7,\"namespace\":\"default\",\"state\":\"QUEUED\"}");

        assertThat(invoke("schedule", "trigger", "nightly").out())
                .isEqualTo("job 7 (0190-c) QUEUED\n");
    }

    @Test
    void triggerWithoutAnAnswer_isNotSentAgain() {
        server.silence("POST /schedules/nightly/trigger");

        Invocation run = invoke("schedule", "trigger", "nightly");

        assertThat(run.exitCode()).isNotEqualTo(ExitCode.OK);
        assertThat(server.asked()).hasSize(1);
    }

    private static String page(String schedule, String next) {
        return "{\"items\":[%s],\"next\":%s}".formatted(schedule, next);
    }

    private Invocation invoke(String... args) {
        return new Invocation().to(server).run(args);
    }
}
