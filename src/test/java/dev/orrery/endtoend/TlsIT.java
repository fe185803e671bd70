package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLHandshakeException;

/** A cluster whose every connection is encrypted, but for the member ports. */
final class TlsIT {
    @RegisterExtension final Stage stage = new Stage();

    private final String host = address();
    private final Certificates certificates = Certificates.make(stage.path("certificates"), host);

    /**
     * An address of this machine beyond loopback, over which the bus is encrypted too; on a machine
     * without a network it is loopback.
     */
    private static String address() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(it -> it instanceof Inet4Address && !it.isLoopbackAddress())
                    .map(InetAddress::getHostAddress)
                    .findFirst()
                    .orElse("127.0.0.1");
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Program node(String data, String... role) {
        List<String> all = new ArrayList<>(List.of(role));
        all.addAll(
                List.of(
                        "-cluster",
                        "--cluster-host",
                        host,
                        "--network",
                        "private",
                        "--data",
                        stage.path(data).toString()));
        all.addAll(certificates.flags());
        return stage.java(all.toArray(String[]::new));
    }

    @Test
    void api_worker_andCommandLine_talkOverTls() throws IOException {
        // given a master and a worker on an address of their own
        Program master = node("data", "master", "--host", host, "--port", "0").ready();
        node("data", "worker", "--name", "one").ready();
        URI uri = master.uri();
        assertThat(uri.toString()).startsWith("https://" + host + ":");

        // when a job with a file in and a file out goes through
        Api api = new Api(certificates.client(), uri, stage.token("data"));
        String spec = "{\"command\": \"tr a-z A-Z <in >out\", \"outputs\": [\"out\"]}";
        byte[] secret = "secret".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        Api.Answer accepted = api.postForm(new Form().json(spec).file("in", secret));
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(201);
        String job = accepted.json().path("id").asText();

        // then
        var ended = api.awaitEnd(job);
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(api.get("/jobs/" + job + "/outputs/out").text())
                .isEqualTo("SECRET".repeat(20_000));
        try (Conversation talk = Conversation.open(api.http(), uri, api.token())) {
            talk.subscribe("jobs." + job, 0);
            assertThat(talk.until(message -> message.path("terminal").asBoolean())).isNotEmpty();
        }

        // and by the command line
        Program run =
                stage.orrery(
                        Map.of("ORRERY_TOKEN", stage.token("data")),
                        "run",
                        "--server",
                        uri.toString(),
                        "--tls-ca",
                        certificates.authority().toString(),
                        "--",
                        "echo",
                        "over TLS");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("over TLS\n");
    }

    @Test
    void strangerToTheAuthority_isNotSpokenTo() {
        Program server = node("data", "dev", "--host", host, "--port", "0").ready();
        Api doubter = new Api(HttpClient.newHttpClient(), server.uri(), stage.token("data"));

        assertThatThrownBy(() -> doubter.send(doubter.request("/healthz").build()))
                .isInstanceOf(SSLHandshakeException.class);
        Program plain =
                stage.orrery(
                        Map.of("ORRERY_TOKEN", stage.token("data")),
                        "list",
                        "--retry-for",
                        "0s",
                        "--server",
                        "http://" + host + ":" + server.uri().getPort());
        assertThat(plain.exit()).isNotZero();
    }
}
