package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a node refuses: unsafe configurations, strangers, and a second one in its directory. */
final class SecurityIT {
    private static final int EX_CANT_CREATE = 73;
    private static final int EX_CONFIGURATION = 78;
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete");

    @RegisterExtension final Stage stage = new Stage();

    private Program dev(String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of("dev", "--data", stage.path("data").toString(), "--port", "0"));
        all.addAll(List.of(more));
        return stage.java(all.toArray(String[]::new));
    }

    @Test
    void unsafeFlags_areAllNamedAtOnce() {
        Program program = dev("--host", "0.0.0.0", "-cluster", "--cluster-host", "10.1.2.3");

        assertThat(program.exit()).isEqualTo(EX_CONFIGURATION);
        assertThat(program.err())
                .contains("server.host: 0.0.0.0 is beyond loopback")
                .contains("cluster.host: 10.1.2.3 is beyond loopback")
                .contains("needs cluster.network: private");
        assertThat(stage.path("data")).doesNotExist();
    }

    @Test
    void badConfiguration_isRefusedWithEveryFault() {
        Path conf =
                stage.write(
                        "bad.yaml",
                        """
                        server:
                          drainTimeout: 5 fortnights
                          colour: red
                        scheduling:
                          lease: soon
                        worker:
                          slots: -1
                        """);

        Program program = dev("-conf", conf.toString());

        assertThat(program.exit()).isEqualTo(EX_CONFIGURATION);
        assertThat(program.err())
                .contains("server.drainTimeout")
                .contains("server.colour")
                .contains("scheduling.lease")
                .contains("worker.slots");
    }

    @Test
    void routes_askForAToken() throws IOException {
        // given
        Program server = dev().ready();
        Api stranger = new Api(server.uri(), "orr_0000000000000000000000000000000000000000000");
        JsonNode paths = new YAMLMapper().readTree(Distribution.contract().toFile()).path("paths");
        Set<String> open = new TreeSet<>();
        int asked = 0;

        // when each route of the contract is called with no token's right
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (!METHODS.contains(operation.getKey())) {
                    continue;
                }
                String target = path.getKey().replaceAll("\\{\\w+}", "1");
                Api.Answer answer =
                        stranger.send(
                                stranger.request(target)
                                        .method(
                                                operation.getKey().toUpperCase(Locale.ROOT),
                                                BodyPublishers.noBody())
                                        .build());
                asked++;
                if (answer.status() != 401) {
                    open.add(path.getKey());
                }
            }
        }

        // then only what the contract calls open is open; the stream asks in its first frame
        assertThat(asked).isGreaterThan(20);
        assertThat(open).isSubsetOf("/healthz", "/readyz", "/openapi.yaml", "/api/v1/stream");
    }

    @Test
    void token_isItsOwnersOnly() throws IOException {
        dev().ready();

        assertThat(permissions("data")).isEqualTo("rwx------");
        assertThat(permissions("data/admin.token")).isEqualTo("rw-------");
        assertThat(stage.token("data")).matches("orr_[A-Za-z0-9_-]{43}");
    }

    private String permissions(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(stage.path(file)));
    }

    @Test
    void secondServer_isKeptOutOfTheDirectory() {
        Program first = dev().ready();

        Program second = dev();

        assertThat(second.exit()).isEqualTo(EX_CANT_CREATE);
        assertThat(first.isAlive()).isTrue();
        assertThat(stage.api(first, "data").get("/cluster").status()).isEqualTo(200);
    }

    @Test
    void portInUse_isSaidWithARemedy() {
        Program first = dev().ready();
        String port = Integer.toString(first.uri().getPort());

        Program second =
                stage.java("dev", "--data", stage.path("other").toString(), "--port", port);

        assertThat(second.exit()).isEqualTo(EX_CANT_CREATE);
        assertThat(second.err()).contains("cannot listen on 127.0.0.1:" + port, "--port");
        assertThat(first.isAlive()).isTrue();
    }

    @Test
    void terminatedServer_exitsWithZero() {
        Program server = dev().ready();

        assertThat(server.terminate()).isZero();
        assertThat(stage.path("data/endpoint.json")).doesNotExist();
    }

    @Test
    void namespaceOfAnother_isNotToBeSeen() {
        // given a job and a token of two namespaces
        Program server = dev().ready();
        Api admin = stage.api(server, "data");
        String job = admin.submit("{\"command\": [\"true\"], \"namespace\": \"red\"}");
        String token =
                admin.post(
                                "/tokens",
                                """
                                {"name": "guest", "role": "submitter", "namespace": "blue"}
                                """)
                        .json()
                        .path("token")
                        .asText();

        // when
        Api guest = new Api(server.uri(), token);

        // then
        assertThat(guest.get("/jobs/" + job).status()).isEqualTo(404);
        assertThat(guest.post("/jobs/" + job + "/cancel", "").status()).isEqualTo(404);
        assertThat(guest.get("/jobs").json().path("items")).isEmpty();
        assertThat(guest.get("/tokens").status()).isEqualTo(403);
        assertThat(guest.post("/jobs", "{\"command\":[\"true\"],\"namespace\":\"blue\"}").status())
                .isEqualTo(201);
    }
}
