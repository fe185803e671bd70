package dev.orrery.node.enrol;

import dev.orrery.bus.BusStart;
import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Settings;
import dev.orrery.node.NodeFiles;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * How a node becomes one of a cluster on other machines: it asks a master once for a certificate,
 * and afterwards has it. Blocking.
 */
final class Enrolment {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);
    private static final Pattern MEMBER = Pattern.compile("[\\w.\\[\\]:%-]{1,255}:\\d{1,5}");
    private static final int UNAUTHENTICATED = 401;

    private final Settings settings;
    private final URI server;
    private final TlsFiles files;

    Enrolment(Settings settings, URI server) {
        this.settings = settings;
        this.server = server;
        this.files = new TlsFiles(settings.server().data());
    }

    /** The settings of a node that is one of the cluster. */
    Settings settings() throws IOException {
        Optional<EnrolmentToken> token = token();
        if (!isDone(token)) {
            enrol(
                    token.orElseThrow(() ->
                            fault(
                                    "is needed: this directory has no certificate yet; make a"
                                            + " token with 'orrery token node' on the master")));
        }
        JsonObject known = new JsonObject(Files.readString(files.cluster()));
        BusStart.name(settings.server().data(), known.getString("cluster"));
        Settings.Cluster cluster = settings.cluster();
        boolean isGiven = !Settings.isLoopback(cluster.host());
        return settings.with(
                        new Settings.Cluster(
                                true,
                                isGiven ? cluster.host() : ownAddress(),
                                cluster.port(),
                                cluster.memberPortFirst(),
                                cluster.memberPortLast(),
                                members(known),
                                "private",
                                ""))
                .with(files.tls());
    }

    private Optional<EnrolmentToken> token() {
        String text = settings.cluster().enrol();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                EnrolmentToken.parse(text)
                        .orElseThrow(() -> fault("is no token as 'orrery token node' prints it")));
    }

    /** A token is spent at the first start, and named again at the next ones. */
    private boolean isDone(Optional<EnrolmentToken> token) throws IOException {
        if (!files.hasNode() || !Files.exists(files.cluster())) {
            return false;
        }
        try {
            X509Certificate authority = Pem.certificate(Files.readString(files.authority()));
            String fingerprint = Authority.fingerprint(authority);
            return token.map(EnrolmentToken::fingerprint).map(fingerprint::equals).orElse(true);
        } catch (GeneralSecurityException damaged) {
            return false;
        }
    }

    private void enrol(EnrolmentToken token) throws IOException {
        if (Files.exists(files.authorityKey())) {
            throw fault("cannot be used: this directory has the authority of another cluster");
        }
        try {
            KeyPair key = Certificates.newKey();
            PinnedAuthority pinned = new PinnedAuthority(token.fingerprint());
            JsonObject answer = ask(token, key, pinned);
            String chain = answer.getString("certificate");
            X509Certificate own = Pem.certificate(chain);
            own.verify(pinned.authority().getPublicKey());
            if (!own.getPublicKey().equals(key.getPublic())) {
                throw new IOException("the certificate of " + server + " is for another key");
            }
            files.prepare();
            NodeFiles.write(files.authority(), Pem.of(pinned.authority()));
            NodeFiles.write(files.nodeKey(), Pem.of(key.getPrivate()));
            NodeFiles.write(files.node(), chain);
            answer.remove("certificate");
            members(answer);
            NodeFiles.write(files.cluster(), answer.encodePrettily() + "\n");
        } catch (GeneralSecurityException | DecodeException | ClassCastException e) {
            throw new IOException("the answer of " + server + " cannot be used", e);
        }
    }

    private JsonObject ask(EnrolmentToken token, KeyPair key, PinnedAuthority pinned)
            throws IOException, GeneralSecurityException {
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(null, new TrustManager[] {pinned}, null);
        String body =
                new JsonObject()
                        .put("secret", token.secret())
                        .put(
                                "key",
                                Base64.getEncoder().encodeToString(key.getPublic().getEncoded()))
                        .encode();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server + "/internal/v1/enrolments"))
                        .timeout(ANSWER_TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build();
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .sslContext(tls)
                        .build()) {
            return granted(client.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + server + " was asked", e);
        }
    }

    private JsonObject granted(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() == UNAUTHENTICATED) {
            throw fault(
                    "was refused: it was used, has expired, or the master was started again;"
                            + " make another with 'orrery token node'");
        }
        if (answer.statusCode() != 200) {
            throw new IOException("it answers " + answer.statusCode() + ": " + answer.body());
        }
        return new JsonObject(answer.body());
    }

    /** A stranger will be one the next time too; whoever does not answer may do so later. */
    private IOException failed(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                throw fault(
                        "was not sent: "
                                + server
                                + " does not prove that it is of the cluster which made it ("
                                + cause.getMessage()
                                + ")");
            }
        }
        return new IOException(server + " cannot be asked to enrol this node: " + failure, failure);
    }

    private List<String> members(JsonObject known) throws IOException {
        List<String> members =
                known.getJsonArray("members", new JsonArray()).stream()
                        .map(String::valueOf)
                        .toList();
        if (known.getString("cluster") == null
                || members.isEmpty()
                || !members.stream().allMatch(one -> MEMBER.matcher(one).matches())) {
            throw new IOException("the answer of " + server + " names no cluster or no members");
        }
        return members;
    }

    /** The address of this machine from which the server is reached. */
    private String ownAddress() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
            return socket.getLocalAddress().getHostAddress();
        }
    }

    private static ConfigurationException fault(String sentence) {
        return new ConfigurationException(List.of("cluster.enrol: " + sentence));
    }
}
