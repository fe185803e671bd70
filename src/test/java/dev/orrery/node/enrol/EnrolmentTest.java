package dev.orrery.node.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import dev.orrery.api.enrol.Enroller.Admission;
import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;

import io.vertx.core.json.JsonObject;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A node that enrols, and servers that are, or are not, the master that it was sent to. */
final class EnrolmentTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @TempDir Path folder;

    private final List<String> heard = new ArrayList<>();
    private Optional<HttpsServer> server = Optional.empty();
    private Authority authority;
    private Invitations invitations;

    @BeforeEach
    void make() throws Exception {
        authority = Authority.of(new TlsFiles(folder.resolve("master")), Instant.now());
        invitations =
                new Invitations(
                        authority,
                        this::address,
                        () -> List.of("10.0.0.1:5701"),
                        InstantSource.system());
    }

    @AfterEach
    void stop() {
        server.ifPresent(it -> it.stop(0));
    }

    private String address() {
        return "https://127.0.0.1:" + server.orElseThrow().getAddress().getPort();
    }

    /** Serves with a certificate of the authority for a name. */
    private void serve(Authority of, String name) throws Exception {
        KeyPair pair = Certificates.newKey();
        String chain = of.issue(pair.getPublic(), List.of(name), Instant.now());
        Certificate[] certificates =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(
                                new java.io.ByteArrayInputStream(
                                        chain.getBytes(StandardCharsets.US_ASCII)))
                        .toArray(Certificate[]::new);
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("node", pair.getPrivate(), new char[0], certificates);
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        HttpsServer started = HttpsServer.create(new InetSocketAddress(HERE, 0), 0);
        started.setHttpsConfigurator(new HttpsConfigurator(tls));
        started.createContext("/internal/v1/enrolments", this::answer);
        started.start();
        server = Optional.of(started);
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonObject asked =
                new JsonObject(
                        new String(
                                exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        heard.add(asked.getString("secret"));
        Optional<Admission> admission =
                invitations.admit(
                        asked.getString("secret"),
                        Base64.getDecoder().decode(asked.getString("key")),
                        HERE);
        byte[] body =
                admission
                        .map(it ->
                                new JsonObject()
                                        .put("certificate", it.certificate())
                                        .put("cluster", it.cluster())
                                        .put("members", it.members()))
                        .orElseGet(JsonObject::new)
                        .encode()
                        .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(admission.isPresent() ? 200 : 401, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private Settings enrolled(String token) throws IOException {
        Path data = Files.createDirectories(folder.resolve("worker"));
        Settings settings =
                SettingsReader.of(
                        Map.of(
                                "server.data",
                                data.toString(),
                                "cluster.enabled",
                                "true",
                                "cluster.join",
                                address(),
                                "cluster.enrol",
                                token));
        return new Enrolment(settings, URI.create(address())).settings();
    }

    private String token() throws Exception {
        return invitations.invite().token();
    }

    @Test
    void node_getsCertificateNameAndMembers() throws Exception {
        serve(authority, "127.0.0.1");

        Settings settings = enrolled(token());

        assertThat(settings.cluster().join()).containsExactly("10.0.0.1:5701");
        assertThat(settings.cluster().host()).isEqualTo("127.0.0.1");
        assertThat(settings.cluster().enrol()).isEmpty();
        Settings.Tls tls = settings.server().tls().orElseThrow();
        assertThat(Authority.fingerprint(Pem.certificate(Files.readString(tls.ca()))))
                .isEqualTo(authority.fingerprint());
        Pem.certificate(Files.readString(tls.cert()))
                .verify(Pem.certificate(Files.readString(tls.ca())).getPublicKey());
        assertThat(folder.resolve("worker/cluster.json"))
                .content()
                .contains(authority.clusterName());
    }

    @Test
    void secondStart_asksNobody() throws Exception {
        serve(authority, "127.0.0.1");
        String token = token();
        Settings first = enrolled(token);

        Settings second = enrolled(token);
        Settings third = enrolled("");

        assertThat(List.of(second, third)).containsOnly(first);
        assertThat(heard).hasSize(1);
    }

    @Test
    void nodeOfTheSameAuthority_isNotTakenForTheMaster() throws Exception {
        serve(authority, "10.0.0.66");
        String token = token();

        assertThatThrownBy(() -> enrolled(token))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("was not sent");

        assertThat(heard).isEmpty();
        assertThat(folder.resolve("worker/tls")).doesNotExist();
    }

    @Test
    void serverOfAnotherAuthority_hearsNoSecret() throws Exception {
        serve(Authority.of(new TlsFiles(folder.resolve("other")), Instant.now()), "127.0.0.1");
        String token = token();

        assertThatThrownBy(() -> enrolled(token))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("was not sent");

        assertThat(heard).isEmpty();
    }

    @Test
    void spentToken_isRefusedForGood() throws Exception {
        serve(authority, "127.0.0.1");
        String spent = EnrolmentToken.next(authority.fingerprint()).text();

        assertThatThrownBy(() -> enrolled(spent))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("was refused");
    }

    @Test
    void serverThatIsAway_isAFaultThatMayPass() throws Exception {
        serve(authority, "127.0.0.1");
        String token = token();
        server.orElseThrow().stop(0);

        assertThatThrownBy(() -> enrolled(token))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be asked");
    }
}
