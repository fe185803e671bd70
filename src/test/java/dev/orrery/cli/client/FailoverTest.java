package dev.orrery.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.api.rest.Leader;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.FakeServer;
import dev.orrery.cli.Invocation;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Commands that know two servers of a cluster, of which one fails. */
final class FailoverTest {

    private static final String ENDED = "{\"id\":\"j\",\"state\":\"SUCCEEDED\",\"round\":1}";

    @TempDir Path data;
    private FakeServer one;
    private FakeServer two;

    @BeforeEach
    void start() throws IOException {
        one = new FakeServer();
        two = new FakeServer();
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 503, 504})
    void serverWithoutLeader_isLeftForTheOther(int status) {
        one.json("GET /nodes", status, "{}");
        two.json("GET /nodes", 200, "{\"items\":[]}");

        Invocation run = invoke("nodes");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void serverThatAnsweredLast_isAskedFirst() {
        one.json("GET /jobs/1", 503, "{}");
        two.json("GET /jobs/1", 200, ENDED).json("GET /jobs/2", 200, ENDED);

        invoke("status", "1-2");

        assertThat(one.asked()).hasSize(1);
        assertThat(two.asked()).hasSize(2);
    }

    @Test
    void clusterWithoutLeaderForAWhile_isAskedAgain() {
        one.json("GET /nodes", 503, "{}").json("GET /nodes", 503, "{}");
        one.json("GET /nodes", 200, "{\"items\":[]}");
        two.json("GET /nodes", 503, "{}");

        Invocation run = invoke("nodes", "-v");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.err().lines())
                .hasSize(4)
                .allMatch(line -> line.endsWith("the server answered 503; trying on"));
    }

    @Test
    void singleServerThatIsAwayForAWhile_isRiddenOut() {
        one.silence("GET /nodes").silence("GET /nodes");
        one.json("GET /nodes", 200, "{\"items\":[]}");

        Invocation run = new Invocation().to(one).run("nodes");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 409, 422, 500})
    void refusal_isTheLastWord(int status) {
        one.json("GET /nodes", status, "{}");

        Invocation run = invoke("nodes");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(one.asked()).hasSize(1);
        assertThat(two.asked()).isEmpty();
    }

    @Test
    void fullQueue_isAskedAgainWhenItSays() {
        one.retryAfter(1).json("POST /jobs", 429, "{}");
        one.json("POST /jobs", 201, ENDED);

        Invocation run = invoke("submit", "--", "true");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(one.asked()).hasSize(2);
        assertThat(two.asked()).isEmpty();
    }

    @Test
    void fullQueueForLongerThanTheUserWaits_isSaidAtOnce() {
        one.retryAfter(3600).json("POST /jobs", 429, "{}");

        Invocation run = invoke("submit", "--", "true");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(one.asked()).hasSize(1);
    }

    @Test
    void noPatience_asksEachServerOnce() {
        one.json("GET /nodes", 503, "{}");
        two.json("GET /nodes", 503, "{}");

        Invocation run = invoke("nodes", "--retry-for", "0s");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(one.asked()).hasSize(1);
        assertThat(two.asked()).hasSize(1);
    }

    @Test
    void submissionWithoutAnswer_isSentToTheOtherUnderTheSameKey() throws IOException {
        Path file = Files.writeString(data.resolve("input"), "content");
        one.silence("POST /jobs");
        two.json("POST /jobs", 201, ENDED);

        Invocation run = invoke("submit", "--input", file.toString(), "--", "true");

        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        FakeServer.Asked first = one.asked().getFirst();
        FakeServer.Asked second = two.asked().getFirst();
        assertThat(first.headers()).containsKey("Idempotency-key");
        assertThat(second.headers())
                .containsEntry("Idempotency-key", first.headers().get("Idempotency-key"));
        assertThat(second.body()).isEqualTo(first.body()).contains("content");
    }

    @Test
    void tokenWithoutAnswer_isNotCreatedTwice() {
        one.silence("POST /tokens");

        Invocation run = invoke("token", "create", "ci", "--role", "viewer");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).contains("it may have been done or not");
        assertThat(two.asked()).isEmpty();
    }

    @Test
    void tokenForAServerThatIsAway_isCreatedAtTheOther() {
        one.close();
        two.json("POST /tokens", 201, "{\"token\":\"orr_t\"}");

        assertThat(invoke("token", "create", "ci", "--role", "viewer").out()).isEqualTo("orr_t\n");
    }

    @Test
    void retryWithoutAnswer_isNotRepeatedWhenItsRoundIsOpen() {
        one.json("GET /jobs/last", 200, ENDED).silence("POST /jobs/j/retry");
        two.json("GET /jobs/j", 200, ENDED.replace("\"round\":1", "\"round\":2"));

        Invocation run = invoke("retry", "last");

        assertThat(run.out()).isEqualTo("j round 2\n");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(asked("POST")).isEqualTo(1);
    }

    @Test
    void retryThatTheServerWasSlowWith_isWellWhenItsRoundIsOpen() {
        one.json("GET /jobs/last", 200, ENDED).silence("POST /jobs/j/retry");
        two.json("GET /jobs/j", 200, ENDED).json("POST /jobs/j/retry", 409, "{}");
        two.json("GET /jobs/j", 200, ENDED.replace("\"round\":1", "\"round\":2"));

        Invocation run = invoke("retry", "last");

        assertThat(run.out()).isEqualTo("j round 2\n");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void retryOfALiveJob_isRefused() {
        one.json("GET /jobs/j", 200, ENDED).json("POST /jobs/j/retry", 409, "{}");

        assertThat(invoke("retry", "j").exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(asked("POST")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 503, 504})
    void retryAtAServerWithoutLeader_goesToTheOther(int status) {
        one.json("GET /jobs/j", 200, ENDED).json("POST /jobs/j/retry", status, "{}");
        two.json("GET /jobs/j", 200, ENDED);
        two.json("POST /jobs/j/retry", 202, "{\"id\":\"j\",\"round\":2}");

        assertThat(invoke("retry", "j").out()).isEqualTo("j round 2\n");
        assertThat(asked("POST")).isEqualTo(2);
    }

    @Test
    void retryWhileNobodyLeads_isPatient() {
        one.json("GET /jobs/j", 200, ENDED);
        for (int i = 0; i < 5; i++) {
            one.json("POST /jobs/j/retry", 503, "{}");
        }
        one.json("POST /jobs/j/retry", 202, "{\"id\":\"j\",\"round\":2}");

        assertThat(new Invocation().to(one).run("retry", "j").out()).isEqualTo("j round 2\n");
    }

    @Test
    void retryWithoutAnswer_isRepeatedWhenNoRoundWasOpened() {
        one.json("GET /jobs/last", 200, ENDED).silence("POST /jobs/j/retry");
        two.json("GET /jobs/j", 200, ENDED);
        two.json("POST /jobs/j/retry", 202, "{\"id\":\"j\",\"round\":2}");

        assertThat(invoke("retry", "last").out()).isEqualTo("j round 2\n");
        assertThat(asked("POST")).isEqualTo(2);
    }

    @Test
    void cancelWithoutAnswer_isWellWhenTheJobIsCancelled() {
        one.json("GET /jobs/j", 200, ENDED.replace("SUCCEEDED", "RUNNING"));
        one.silence("POST /jobs/j/cancel");
        two.json("POST /jobs/j/cancel", 409, "{}");
        two.json("GET /jobs/j", 200, ENDED.replace("SUCCEEDED", "CANCELLED"));

        Invocation run = invoke("cancel", "j");

        assertThat(run.out()).isEqualTo("j CANCELLED\n");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void deletionWithoutAnswer_isWellWhenTheThingIsGone() {
        one.silence("DELETE /tokens/ci");
        two.json("DELETE /tokens/ci", 404, "{}");

        assertThat(invoke("token", "revoke", "ci").exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void client_waitsLongerThanAServerForItsLeader() {
        assertThat(Client.SHORT_TIMEOUT).isGreaterThan(Leader.TIMEOUT.plusSeconds(2));
    }

    @Test
    void masterThatCameBackOnAnotherPort_isFoundInItsDirectory() throws IOException {
        Path file = data.resolve("endpoint.json");
        Files.writeString(file, "{\"uri\":\"" + one.uri() + "\"}");
        one.close();
        two.json("GET /nodes", 200, "{\"items\":[]}");
        Connection connection =
                new Connection(
                        data, Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
        String moved = "{\"uri\":\"" + two.uri() + "\"}";
        Retrying retrying = new Retrying(Duration.ofSeconds(30), _ -> write(file, moved));

        Client client =
                new Client(connection.endpoint().orElseThrow(), connection::endpoint, retrying);

        assertThat(client.get(ApiPath.of("nodes")).path("items").isArray()).isTrue();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long asked(String method) {
        return List.of(one, two).stream()
                .flatMap(server -> server.asked().stream())
                .filter(asked -> asked.method().equals(method))
                .count();
    }

    private Invocation invoke(String... args) {
        return new Invocation().with("ORRERY_SERVER", one.uri() + "," + two.uri()).run(args);
    }
}
