package dev.orrery.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.FakeServer;
import dev.orrery.cli.Invocation;
import dev.orrery.cli.RunningServer;
import dev.orrery.cli.Servers;
import dev.orrery.cli.Upkeep;
import dev.orrery.cli.client.Json;
import dev.orrery.config.Role;
import dev.orrery.config.Settings;
import dev.orrery.model.health.Finding;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/** What the doctor finds at servers that are ill. */
final class ServerChecksTest {

    private static final String LED = "{\"items\":[{\"uri\":\"https://a:1\",\"leads\":true}]}";
    private static final String UNLED = LED.replace("true", "false");

    @TempDir private Path directory;
    private FakeServer one;
    private FakeServer two;

    @BeforeEach
    void start() throws IOException {
        one = well(new FakeServer());
        two = well(new FakeServer());
    }

    private static FakeServer well(FakeServer server) {
        return server.json("GET /readyz", 200, "{}").json("GET /nodes", 200, "{\"items\":[]}");
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    private static JsonNode findings(Invocation run) {
        try {
            return Json.parse(run.out());
        } catch (JsonProcessingException e) {
            throw new AssertionError(run.out() + run.err(), e);
        }
    }

    private JsonNode examine(String... servers) {
        return findings(
                new Invocation()
                        .starting(new NoStore())
                        .with("ORRERY_SERVER", String.join(",", servers))
                        .with("ORRERY_TOKEN", "orr_test")
                        .run("doctor", "--json", "--data", directory.toString()));
    }

    private static List<String> of(JsonNode findings, String check) {
        return StreamSupport.stream(findings.spliterator(), false)
                .filter(it -> it.path("check").asText().equals(check))
                .map(it -> it.path("grade").asText() + " " + it.path("what").asText())
                .toList();
    }

    private static long asked(FakeServer server, String target) {
        return server.asked().stream().filter(it -> it.target().equals(target)).count();
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 503, 504})
    void clusterThatNobodyLeads_isAskedOnceAndTellsItsMasters(int status) {
        one.json("GET /masters", 200, UNLED).json("GET /cluster", status, "{}");

        JsonNode findings = examine(one.uri());

        assertThat(of(findings, "store.masters")).containsExactly("fail nobody leads: https://a:1");
        assertThat(of(findings, "bus.leader"))
                .containsExactly("fail the server answered " + status);
        assertThat(asked(one, "/cluster")).isEqualTo(1);
    }

    @Test
    void serverThatKnowsNoMasters_isWarnedOfAndExaminedFurther() {
        one.json("GET /masters", 404, "{}").json("GET /cluster", 200, "{\"epoch\":4}");

        JsonNode findings = examine(one.uri());

        assertThat(of(findings, "store.masters"))
                .containsExactly("warn this server is older and cannot tell");
        assertThat(of(findings, "bus.leader")).singleElement().asString().startsWith("ok");
    }

    @Test
    void storeThatIsAway_isAFaultOfTheStoreAndNotOfTheBus() {
        one.json("GET /masters", 503, "{}").json("GET /cluster", 200, "{\"epoch\":4}");

        JsonNode findings = examine(one.uri());

        assertThat(of(findings, "store.masters")).containsExactly("fail the server answered 503");
        assertThat(of(findings, "bus.leader")).singleElement().asString().startsWith("ok");
    }

    @Test
    void tokenThatIsNotKnown_isSaidOnce() {
        one.json("GET /masters", 401, "{}").json("GET /cluster", 401, "{}");

        JsonNode findings = examine(one.uri());

        assertThat(of(findings, "server.token")).singleElement().asString().startsWith("fail");
        assertThat(of(findings, "store.masters")).isEmpty();
    }

    @Test
    void serverThatBreaksOff_doesNotKeepTheOthers() {
        one.json("GET /masters", 200, LED).silence("GET /cluster");
        two.json("GET /masters", 200, LED).json("GET /cluster", 200, "{\"epoch\":4}");

        JsonNode findings = examine(one.uri(), two.uri());

        assertThat(of(findings, "server"))
                .anyMatch(it -> it.startsWith("fail no server answers at " + one.uri()))
                .contains("ok " + two.uri() + " serves");
        assertThat(of(findings, "bus.leader")).singleElement().asString().startsWith("ok");
    }

    @Test
    void serverThatIsNoneOfOurs_doesNotKeepTheOthers() {
        one.json("GET /masters", 200, "<html>");
        two.json("GET /masters", 200, LED).json("GET /cluster", 200, "{\"epoch\":4}");

        JsonNode findings = examine(one.uri(), two.uri());

        assertThat(of(findings, "server"))
                .anyMatch(it -> it.startsWith("fail " + one.uri() + ": ") && it.contains("no JSON"))
                .contains("ok " + two.uri() + " serves");
        assertThat(of(findings, "bus.leader")).singleElement().asString().startsWith("ok");
    }

    @Test
    void directoryOfTheConfiguration_isWhereServerAndCertificateAreLookedFor() throws IOException {
        one.json("GET /masters", 200, LED).json("GET /cluster", 200, "{\"epoch\":4}");
        Path data = Files.createDirectories(directory.resolve("own"));
        Files.writeString(data.resolve("endpoint.json"), "{\"uri\":\"" + one.uri() + "\"}");
        Files.writeString(data.resolve("admin.token"), "orr_own");
        Path certificate = Files.createDirectories(data.resolve("tls")).resolve("node.pem");
        Files.writeString(certificate, "none");
        Path conf = directory.resolve("conf.yaml");
        Files.writeString(conf, "server:\n  data: " + data + "\n");

        JsonNode findings =
                findings(
                        new Invocation()
                                .starting(new NoStore())
                                .run("doctor", "--json", "--conf", conf.toString()));

        assertThat(of(findings, "server")).containsExactly("ok " + one.uri() + " serves");
        assertThat(of(findings, "server.token")).containsExactly("ok is taken");
        assertThat(of(findings, "tls.certificate"))
                .singleElement()
                .asString()
                .contains(certificate.toString());
    }

    /** A program in which nobody looks at a store. */
    private static final class NoStore implements Servers, Upkeep {

        @Override
        public RunningServer start(Set<Role> roles, Settings settings) {
            throw new CommandException(ExitCode.SOFTWARE, "no servers in this test");
        }

        @Override
        public Upkeep upkeep() {
            return this;
        }

        @Override
        public Holding verify(InputStream backup) throws IOException {
            throw new IOException("no backups in this test");
        }

        @Override
        public Holding restore(InputStream backup, Settings settings) throws IOException {
            throw new IOException("no backups in this test");
        }

        @Override
        public List<Finding> examine(Settings settings) {
            return List.of();
        }
    }
}
