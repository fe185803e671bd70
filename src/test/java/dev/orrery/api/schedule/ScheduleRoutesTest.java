package dev.orrery.api.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.api.Answer;
import dev.orrery.api.ApiFixture;
import dev.orrery.api.Form;
import dev.orrery.model.BlobId;
import dev.orrery.model.Content;
import dev.orrery.model.StoredFile;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the routes make of schedules, show of them and do to them. */
final class ScheduleRoutesTest {
    private static final String ALL = "/api/v1/schedules";

    private static ApiFixture api;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        api = new ApiFixture(data, Map.of("compat.enable", "simple"));
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void schedule_isShownAsItWasAskedFor() throws Exception {
        Answer created =
                api.post(
                        ALL,
                        """
                        {"name":"full","cron":"0 3 * * MON-FRI","timeZone":"Europe/Berlin",
                         "misfire":"all","overlap":"forbid","start":"2100-01-01T00:00:00Z",
                         "end":"2101-01-01T00:00:00Z",
                         "job":{"command":["./report.sh"],"labels":{"team":"astro"}}}
                        """);

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("location")).isEqualTo(ALL + "/" + created.text("id"));
        JsonNode schedule = api.get(created.header("location")).json();
        assertThat(schedule).isEqualTo(created.json());
        assertThat(schedule.path("owner").asText()).isEqualTo("admin");
        assertThat(schedule.path("timeZone").asText()).isEqualTo("Europe/Berlin");
        assertThat(schedule.path("misfire").asText()).isEqualTo("all");
        assertThat(schedule.path("overlap").asText()).isEqualTo("forbid");
        assertThat(schedule.path("next").asText()).isEqualTo("2100-01-01T02:00:00Z");
        assertThat(texts(schedule.path("nextFires")))
                .containsExactly(
                        "2100-01-01T02:00:00Z",
                        "2100-01-04T02:00:00Z",
                        "2100-01-05T02:00:00Z",
                        "2100-01-06T02:00:00Z",
                        "2100-01-07T02:00:00Z");
        assertThat(schedule.at("/job/labels/team").asText()).isEqualTo("astro");
    }

    @Test
    void whatIsLeftOut_hasItsDefault() throws Exception {
        JsonNode schedule = create("plain", "@daily").json();

        assertThat(schedule.path("timeZone").asText()).isEqualTo("UTC");
        assertThat(schedule.path("misfire").asText()).isEqualTo("once");
        assertThat(schedule.path("overlap").asText()).isEqualTo("allow");
        assertThat(schedule.path("paused").asBoolean()).isFalse();
        assertThat(schedule.path("namespace").asText()).isEqualTo("default");
    }

    /**
     * N, C and J stand for a good name, expression and job, D1 and D2 for two days, backticks for
     * quotes.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    C,J                                        | 400 missing-field name
                    N,J                                        | 400 missing-field cron
                    N,C                                        | 400 missing-field command
                    N,C,`job`:{}                               | 400 missing-field command
                    `name`:`a b`,C,J                           | 400 invalid-value name
                    N,`cron`:`61 * * * *`,J                    | 400 invalid-value cron
                    N,C,J,`timeZone`:`Mars/Base`               | 400 invalid-value timeZone
                    N,C,J,`timeZone`:`+02:00`                  | 400 invalid-value timeZone
                    N,C,J,`misfire`:`two`                      | 400 invalid-value misfire
                    N,C,J,`overlap`:`two`                      | 400 invalid-value overlap
                    N,C,J,`end`:`2020-01-01T00:00:00Z`         | 400 invalid-value cron
                    N,C,J,`start`:`D2`,`end`:`D1`              | 400 invalid-value end
                    N,C,`job`:{`command`:`x`,`notBefore`:`D1`} | 400 invalid-value job.notBefore
                    N,C,`job`:{`command`:`x`,`deadline`:`D1`}  | 400 invalid-value job.deadline
                    N,C,`job`:{`command`:`x`,`labls`:{}}       | 400 unknown-field job.labls
                    N,C,`jobs`:{`command`:`x`}                 | 400 unknown-field jobs
                    """)
    void wrongField_isNamed(String fields, String problem) throws Exception {
        String json =
                fields.replaceAll("\\bN\\b", "`name`:`r`")
                        .replaceAll("\\bC\\b", "`cron`:`@daily`")
                        .replaceAll("\\bJ\\b", "`job`:{`command`:`x`}")
                        .replaceAll("\\bD([12])\\b", "2100-01-0$1T00:00:00Z")
                        .replace('`', '"');

        assertThat(api.post(ALL, "{" + json + "}").problem()).isEqualTo(problem);
    }

    @Test
    void wrongExpression_isToldWithItsRule() throws Exception {
        Answer answer = create("wrong", "61 * * * *");

        assertThat(answer.text("detail")).isEqualTo("\"61 * * * *\": minute must be 0 to 59");
        assertThat(answer.text("remedy")).contains("'0 3 * * MON-FRI'");
    }

    @Test
    void nameThatIsTaken_isRefused() throws Exception {
        create("taken", "@daily");

        assertThat(create("taken", "@hourly").problem()).isEqualTo("409 conflict name");
    }

    @Test
    void schedule_isFoundByItsNameInItsNamespace() throws Exception {
        create("named", "@daily");
        Answer other =
                api.post(
                        ALL,
                        """
                        {"name":"named","cron":"@hourly",
                         "job":{"command":"x","namespace":"elsewhere"}}
                        """);

        assertThat(api.get(ALL + "/named").json().path("cron").asText()).isEqualTo("@daily");
        assertThat(api.get(ALL + "/named?namespace=elsewhere").text("id"))
                .isEqualTo(other.text("id"));
        assertThat(api.send(api.request(ALL + "/named", "foreign")).text("id"))
                .isEqualTo(other.text("id"));
        assertThat(api.get(ALL + "/nothing").problem()).isEqualTo("404 not-found");
    }

    @Test
    void foreignSchedule_isNotThere() throws Exception {
        String id = create("hidden", "@daily").text("id");

        for (HttpRequest.Builder request :
                List.of(
                        api.request(ALL + "/" + id, "foreign"),
                        api.request(ALL + "/" + id, "foreign").DELETE(),
                        api.request(ALL + "/hidden?namespace=default", "foreign"),
                        api.request(ALL + "/" + id + "/trigger", "foreign")
                                .POST(BodyPublishers.noBody()))) {
            assertThat(api.send(request).problem()).isEqualTo("404 not-found");
        }
        assertThat(api.send(api.request(ALL, "foreign")).body()).doesNotContain("hidden");
        assertThat(api.get(ALL + "/hidden").status()).isEqualTo(200);
    }

    @Test
    void viewer_looksAndChangesNothing() throws Exception {
        create("seen", "@daily");

        assertThat(api.send(api.request(ALL + "/seen", "viewer")).status()).isEqualTo(200);
        for (String verb : List.of("pause", "resume", "trigger")) {
            HttpRequest.Builder request =
                    api.request(ALL + "/seen/" + verb, "viewer").POST(BodyPublishers.noBody());
            assertThat(api.send(request).problem()).isEqualTo("403 forbidden");
        }
        assertThat(api.send(api.request(ALL + "/seen", "viewer").DELETE()).problem())
                .isEqualTo("403 forbidden");
    }

    @Test
    void list_isPaged() throws Exception {
        for (int i = 0; i < 5; i++) {
            api.post(
                    ALL,
                    """
                    {"name":"p%d","cron":"@daily","job":{"command":"x","namespace":"paged"}}
                    """
                            .formatted(i));
        }

        List<String> names = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = api.get(ALL + "?namespace=paged&limit=2" + cursor).json();
            page.path("items").forEach(item -> names.add(item.path("name").asText()));
            cursor = page.has("next") ? "&cursor=" + page.path("next").asText() : "";
        } while (!cursor.isEmpty());

        assertThat(names).containsExactly("p0", "p1", "p2", "p3", "p4");
        assertThat(api.get(ALL + "?cursor=x").problem()).isEqualTo("400 invalid-value cursor");
    }

    @Test
    void pausedSchedule_hasNoNextMomentUntilItIsResumed() throws Exception {
        create("pausing", "@hourly");

        JsonNode paused = api.post(ALL + "/pausing/pause", "").json();
        assertThat(paused.path("paused").asBoolean()).isTrue();
        assertThat(paused.has("next")).isFalse();
        assertThat(paused.path("nextFires")).isEmpty();

        JsonNode resumed = api.post(ALL + "/pausing/resume", "").json();
        assertThat(resumed.path("paused").asBoolean()).isFalse();
        assertThat(Instant.parse(resumed.path("next").asText())).isAfter(Instant.now());
    }

    @Test
    void trigger_submitsTheJobWithTheLabelOfItsSchedule() throws Exception {
        create("by-hand", "@yearly");

        Answer accepted = api.post(ALL + "/by-hand/trigger", "");

        assertThat(accepted.status()).isEqualTo(201);
        JsonNode job = api.get(accepted.header("location")).json();
        assertThat(job.at("/labels/orrery.schedule").asText()).isEqualTo("by-hand");
        assertThat(job.at("/spec/env/ORRERY_SCHEDULED_FOR").asText()).isNotEmpty();
        JsonNode schedule = api.get(ALL + "/by-hand").json();
        assertThat(schedule.path("triggered").asInt()).isEqualTo(1);
        assertThat(schedule.path("fired").asInt()).isZero();
        assertThat(schedule.path("lastJob").asText()).isEqualTo(accepted.text("id"));
        assertThat(api.get("/api/v1/jobs?label=orrery.schedule=by-hand").json().path("items"))
                .hasSize(1);
    }

    @Test
    void deletedSchedule_isGone() throws Exception {
        create("leaving", "@daily");

        assertThat(api.send(api.request(ALL + "/leaving").DELETE()).status()).isEqualTo(204);

        assertThat(api.get(ALL + "/leaving").problem()).isEqualTo("404 not-found");
        assertThat(api.send(api.request(ALL + "/leaving").DELETE()).problem())
                .isEqualTo("404 not-found");
    }

    @Test
    void formWithFiles_keepsThemForTheSchedule() throws Exception {
        byte[] script = "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8);
        byte[] input = "x".repeat(20_000).getBytes(StandardCharsets.UTF_8);

        Answer created =
                api.post(
                        ALL,
                        new Form()
                                .text("schedule", "{\"name\":\"filed\",\"cron\":\"@daily\"}")
                                .file("script", "run.sh", script)
                                .file("file", "in.txt", input));

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().at("/job/script").asText()).isEqualTo("run.sh");
        assertThat(created.json().path("inputs")).hasSize(2);
        BlobId blob = blobOf(created.text("id"));
        assertThat(api.store().jobs().isReferenced(blob)).isTrue();

        api.send(api.request(ALL + "/filed").DELETE());
        assertThat(api.store().jobs().isReferenced(blob)).isFalse();
    }

    @Test
    void formThatDoesNotBeginWithTheSchedule_isRefusedAndKeepsNothing() throws Exception {
        String before = api.leftovers();

        Answer answer =
                api.post(
                        ALL,
                        new Form()
                                .file("file", "in.txt", new byte[20_000])
                                .text("schedule", "{\"name\":\"late\",\"cron\":\"@daily\"}"));

        assertThat(answer.problem()).isEqualTo("400 missing-field schedule");
        assertThat(api.leftovers()).isEqualTo(before);
    }

    @Test
    void otherContentType_isRefused() throws Exception {
        HttpRequest.Builder request =
                api.request(ALL)
                        .header("content-type", "text/plain")
                        .POST(BodyPublishers.ofString("@daily true"));

        assertThat(api.send(request).problem())
                .isEqualTo("415 unsupported-media-type Content-Type");
    }

    @Test
    void simpleSystem_createsListsAndDeletes() throws Exception {
        Answer created = api.send(simple("{\"cron\":\"*/5 * * * *\",\"exec\":\"date >> /tmp/x\"}"));

        assertThat(created.status()).isEqualTo(200);
        String id = created.text("id");
        JsonNode listed = api.send(bare("/jobs")).json();
        assertThat(listed).hasSize(1);
        assertThat(listed.at("/0/id").asText()).isEqualTo(id);
        assertThat(Instant.parse(listed.at("/0/next").asText())).isAfter(Instant.now());
        JsonNode schedule = api.get(ALL + "/" + id).json();
        assertThat(schedule.path("namespace").asText()).isEqualTo("compat");
        assertThat(schedule.at("/job/command").asText()).isEqualTo("date >> /tmp/x");

        assertThat(api.send(bare("/jobs/" + id).DELETE()).status()).isEqualTo(200);
        assertThat(api.send(bare("/jobs")).json()).isEmpty();
        assertThat(api.send(bare("/jobs/" + id).DELETE()).status()).isEqualTo(404);
    }

    @Test
    void simpleSystem_refusesWhatIsNoScheduleAndSeesNoOther() throws Exception {
        String other = create("not-simple", "@daily").text("id");

        for (String body :
                List.of("", "{}", "{\"cron\":\"x\",\"exec\":\"y\"}", "{\"cron\":\"@daily\"}")) {
            assertThat(api.send(simple(body)).status()).as(body).isEqualTo(400);
        }
        assertThat(api.send(bare("/jobs/" + other).DELETE()).status()).isEqualTo(404);
        assertThat(api.get(ALL + "/not-simple").status()).isEqualTo(200);
    }

    private static Answer create(String name, String cron) throws Exception {
        return api.post(
                ALL,
                "{\"name\":\"%s\",\"cron\":\"%s\",\"job\":{\"command\":\"true\"}}"
                        .formatted(name, cron));
    }

    private static HttpRequest.Builder bare(String path) {
        return HttpRequest.newBuilder(api.uri(path));
    }

    private static HttpRequest.Builder simple(String body) {
        return bare("/jobs")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    private static BlobId blobOf(String id) throws Exception {
        Schedule schedule = api.store().schedules().find(ScheduleId.parse(id)).orElseThrow();
        for (StoredFile file : schedule.spec().job().inputs()) {
            if (file.content() instanceof Content.Stored(BlobId blob)) {
                return blob;
            }
        }
        throw new AssertionError("no file of the schedule is a blob");
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}
