package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Threat T27: every route of the contract × every role × an object of another namespace. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ThreatAccessIT {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete");
    private static final List<String> ROLES = List.of("viewer", "submitter", "admin");

    /** Who may, where it is not a viewer; a route that is new must be thought about here. */
    private static final Map<String, String> NEEDED =
            Map.ofEntries(
                    Map.entry("backUp", "admin"),
                    Map.entry("inviteNode", "admin"),
                    Map.entry("submitJob", "submitter"),
                    Map.entry("submitBatch", "submitter"),
                    Map.entry("deleteJob", "submitter"),
                    Map.entry("cancelJob", "submitter"),
                    Map.entry("retryJob", "submitter"),
                    Map.entry("createSchedule", "submitter"),
                    Map.entry("deleteSchedule", "submitter"),
                    Map.entry("pauseSchedule", "submitter"),
                    Map.entry("resumeSchedule", "submitter"),
                    Map.entry("triggerSchedule", "submitter"),
                    Map.entry("drainNode", "admin"),
                    Map.entry("resumeNode", "admin"),
                    Map.entry("listTokens", "admin"),
                    Map.entry("createToken", "admin"),
                    Map.entry("revokeToken", "admin"));

    @RegisterExtension final Stage stage = new Stage();

    private Api admin = new Api(URI.create("http://127.0.0.1:1"), "");
    private String node = "";

    /** One method of one path. */
    private record Operation(String method, String path, String id) {
        boolean isOfAJob() {
            return path.contains("{job}");
        }

        String needed() {
            return NEEDED.getOrDefault(id, "viewer");
        }

        boolean allows(String role) {
            return ROLES.indexOf(role) >= ROLES.indexOf(needed());
        }
    }

    @BeforeAll
    void start() {
        String data = stage.path("data").toString();
        admin = stage.api(stage.java("dev", "--data", data, "--port", "0").ready(), "data");
        node = admin.get("/nodes").json().path("items").path(0).path("name").asText();
    }

    private List<Operation> operations() throws IOException {
        JsonNode paths = new YAMLMapper().readTree(Distribution.contract().toFile()).path("paths");
        List<Operation> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                boolean open = operation.getValue().has("security");
                if (METHODS.contains(operation.getKey()) && !open) {
                    all.add(
                            new Operation(
                                    operation.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    operation.getValue().path("operationId").asText()));
                }
            }
        }
        return all;
    }

    private Api token(String role, Optional<String> namespace) {
        String name = role + "-" + System.nanoTime();
        String of = namespace.map(it -> ",\"namespace\":\"" + it + "\"").orElse("");
        Api.Answer made =
                admin.post(
                        "/tokens",
                        "{\"name\":\"" + name + "\",\"role\":\"" + role + "\"" + of + "}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return new Api(admin.uri(), made.json().path("token").asText());
    }

    private static int status(Api by, Operation operation, String job, String query)
            throws IOException {
        String path =
                operation
                        .path
                        .replace("{job}", job)
                        .replace("{schedule}", job)
                        .replace("{index}", "0")
                        .replace("{name}", "none");
        return by.send(
                        by.request(path + query)
                                .header("Content-Type", "application/json")
                                .method(operation.method, BodyPublishers.ofString("{}"))
                                .build())
                .status();
    }

    @Test
    void everyRoute_asksForItsRole() throws IOException {
        int refused = 0;
        for (String role : ROLES) {
            Api by = token(role, Optional.empty());
            for (Operation operation : operations()) {
                int status = status(by, operation, "00000000-0000-7000-8000-000000000000", "");
                assertThat(status == 403)
                        .as("%s by a %s: %s", operation, role, status)
                        .isEqualTo(!operation.allows(role));
                assertThat(status).as(operation.toString()).isLessThan(500).isNotEqualTo(401);
                refused += status == 403 ? 1 : 0;
            }
        }
        long toSubmitters = NEEDED.values().stream().filter("submitter"::equals).count();
        assertThat(refused).isEqualTo(2L * NEEDED.size() - toSubmitters);
    }

    @Test
    void jobOfAnotherNamespace_isNotThereOnAnyRoute() throws IOException {
        // given an ended and a waiting job of red
        String ended =
                admin.submit(
                        "{\"command\":\"echo x | tee"
                                + " none\",\"namespace\":\"red\",\"outputs\":[\"none\"]}");
        admin.awaitEnd(ended);
        String waiting =
                admin.submit(
                        "{\"command\":\"true\",\"namespace\":\"red\",\"resources\":{\"gpus\":3}}");
        int asked = 0;

        // when every route with a job is called by every role of blue, by each way to name a job
        for (String role : ROLES) {
            Api by = token(role, Optional.of("blue"));
            for (Operation operation : operations()) {
                for (String job : List.of(ended, waiting, ended.substring(0, 13), "1", "last")) {
                    for (String query : List.of("", "?namespace=red")) {
                        if (!operation.isOfAJob()) {
                            continue;
                        }
                        int status = status(by, operation, job, query);
                        assertThat(status)
                                .as("%s %s %s by a %s", operation, job, query, role)
                                .isEqualTo(operation.allows(role) ? 404 : 403);
                        asked++;
                    }
                }
            }
            for (String topic : List.of("jobs.", "logs.")) {
                assertThat(by.get("/events?topic=" + topic + ended).status()).isEqualTo(404);
            }
            assertThat(by.get("/jobs").json().path("items")).isEmpty();
            assertThat(by.get("/jobs?namespace=red").status()).isEqualTo(404);
        }

        // then nothing of it was touched
        assertThat(asked).isGreaterThan(200);
        assertThat(admin.job(ended).path("round").asInt()).isEqualTo(1);
        assertThat(admin.stdout(ended)).isEqualTo("x\n");
        assertThat(admin.job(waiting).path("state").asText()).isEqualTo("QUEUED");
    }

    @Test
    void adminOfANamespace_rulesNothingElse() {
        Api blue = token("admin", Optional.of("blue"));

        assertThat(blue.post("/nodes/" + node + "/drain", "").status()).isEqualTo(403);
        assertThat(blue.post("/nodes/" + node + "/resume", "").status()).isEqualTo(403);
        String foreign = "{\"name\":\"x\",\"role\":\"viewer\",\"namespace\":\"red\"}";
        assertThat(blue.post("/tokens", foreign).status()).isEqualTo(403);
        assertThat(blue.get("/tokens").text()).doesNotContain("\"name\":\"admin\"");
        assertThat(blue.post("/jobs", "{\"command\":\"true\",\"namespace\":\"red\"}").status())
                .isEqualTo(403);
        assertThat(admin.get("/nodes").text()).contains("READY");
    }
}
