package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Threats of docs/security.md that are in the bytes of HTTP and WebSocket: T18 to T23. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ThreatRequestsIT {
    private static final List<String> PATHS =
            List.of(
                    "/",
                    "/healthz",
                    "/metrics",
                    "/openapi.yaml",
                    "/api/v1/jobs",
                    "/api/v1/events?topic=jobs",
                    "/api/v1/stream",
                    "/internal/v1/blobs/0");
    private static final String SECOND = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final int CLOSE_FRAME = 8;

    @RegisterExtension final Stage stage = new Stage();

    private Api api = new Api(java.net.URI.create("http://127.0.0.1:1"), "");

    @BeforeAll
    void start() {
        String data = stage.path("data").toString();
        api = stage.api(stage.java("dev", "--data", data, "--port", "0").ready(), "data");
    }

    private RawHttp.Reply exchange(String request) {
        return RawHttp.exchange(api.uri(), request);
    }

    private String authorization() {
        return "Authorization: Bearer " + api.token() + "\r\n";
    }

    private int jobs() {
        return api.get("/jobs?limit=500").json().path("items").size();
    }

    /** T18: a page in a browser that knows the token can still not have it sent by a form. */
    @Test
    void forgedRequest_changesNothing() {
        int before = jobs();
        for (String type :
                List.of(
                        "text/plain",
                        "application/x-www-form-urlencoded",
                        "",
                        "application/json")) {
            for (String from :
                    List.of(
                            "Sec-Fetch-Site: cross-site",
                            "Sec-Fetch-Site: same-site",
                            "Origin: null",
                            "Origin: http://evil.example",
                            "Origin: http://localhost:1")) {
                for (String token : List.of("", authorization())) {
                    String body = "{\"command\":\"true\"}";
                    RawHttp.Reply reply =
                            exchange(
                                    "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\n"
                                            + token
                                            + from
                                            + (type.isEmpty() ? "" : "\r\nContent-Type: " + type)
                                            + "\r\nConnection: close\r\nContent-Length: "
                                            + body.length()
                                            + "\r\n\r\n"
                                            + body);
                    assertThat(reply.statuses()).as(from + " " + type).containsExactly(403);
                    assertThat(reply.text()).doesNotContainIgnoringCase("access-control-allow");
                }
            }
        }
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded")) {
            RawHttp.Reply reply =
                    exchange(
                            "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                    + authorization()
                                    + "Content-Type: "
                                    + type
                                    + "\r\nContent-Length: 18\r\n\r\n{\"command\":\"true\"}");
            assertThat(reply.statuses()).containsExactly(415);
        }
        assertThat(jobs()).isEqualTo(before);
    }

    /** T19: a name that an attacker's resolver points at loopback. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.nip.io",
                "127.0.0.2",
                "2130706433",
                "0x7f.1",
                "0.0.0.0",
                "localhost@evil.example",
                "[::ffff:127.0.0.1]",
                "localhost.",
                " "
            })
    void foreignHost_isServedNothing(String host) {
        for (String path : PATHS) {
            RawHttp.Reply reply =
                    exchange(
                            "GET "
                                    + path
                                    + " HTTP/1.1\r\nHost: "
                                    + host
                                    + "\r\nConnection: close\r\n"
                                    + authorization()
                                    + "\r\n");
            assertThat(reply.statuses()).as(path).containsExactly(421);
        }
    }

    /** T20: a page of another site opens the stream. */
    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example", "null", "https://localhost", "file://", ""})
    void streamOfAnotherOrigin_isNotUpgraded(String origin) throws IOException {
        String request = upgrade("Origin: " + origin + "\r\nConnection: Upgrade\r\n");

        assertThat(headOf(request)).startsWith("HTTP/1.1 403 ");
    }

    /** The head of the first answer. */
    private String headOf(String request) throws IOException {
        try (RawHttp connection = new RawHttp(api.uri())) {
            connection.send(bytes(request));
            return connection.readHead();
        }
    }

    /** T20: nothing is said on the stream before its client has said who it is. */
    @Test
    void streamWithoutToken_isClosed() throws IOException {
        try (RawHttp stream = new RawHttp(api.uri())) {
            stream.send(bytes(upgrade("Connection: Upgrade\r\n")));
            assertThat(stream.readHead()).startsWith("HTTP/1.1 101");
            stream.send(frame(0x81, "{\"op\":\"subscribe\",\"topic\":\"jobs\"}", true));

            assertThat(closeCode(stream)).isEqualTo(4001);
        }
    }

    /** T21: streams of clients that do not say who they are leave room for those that do. */
    @Test
    void crowdOfStrangers_isTurnedAwayAndHindersNobody() throws IOException {
        List<RawHttp> crowd = new ArrayList<>();
        try {
            String last = "HTTP/1.1 101";
            while (last.startsWith("HTTP/1.1 101") && crowd.size() < 1_000) {
                RawHttp stranger = new RawHttp(api.uri());
                crowd.add(stranger);
                stranger.send(bytes(upgrade("Connection: Upgrade\r\n")));
                last = stranger.readHead();
            }

            assertThat(last).startsWith("HTTP/1.1 429");
            assertThat(crowd).hasSizeLessThan(1_000);
            assertThat(api.get("/cluster").status()).isEqualTo(200);
        } finally {
            for (RawHttp stranger : crowd) {
                stranger.close();
            }
        }
    }

    /** T21: frames that are no WebSocket's, or too large. */
    @Test
    void hostileFrames_endTheirStreamOnly() throws IOException {
        String text = "{\"op\":\"ping\"}";
        byte[] large = frame(0x81, " ".repeat(70_000), true);
        byte[] fragments = repeated(frame(0x00, " ".repeat(60_000), true), 5);
        assertThat(ending(frame(0x81, text, false))).isIn(1002, -1);
        assertThat(ending(frame(0xc1, text, true))).isIn(1002, -1);
        assertThat(ending(frame(0x83, text, true))).isIn(1002, -1);
        assertThat(ending(frame(0x80, text, true))).isIn(1002, -1);
        assertThat(ending(frame(0x89, " ".repeat(200), true))).isIn(1002, -1);
        assertThat(ending(large)).isIn(1002, 1009, -1);
        assertThat(ending(joined(frame(0x01, " ", true), fragments))).isIn(1009, -1);

        assertThat(api.get("/cluster").status()).isEqualTo(200);
    }

    /** T21: a compression bomb needs a compression that was agreed on. */
    @Test
    void compression_isNotAgreedOn() throws IOException {
        String request =
                upgrade(
                        "Connection: Upgrade\r\nSec-WebSocket-Extensions:"
                                + " permessage-deflate, x-webkit-deflate-frame\r\n");

        assertThat(headOf(request))
                .startsWith("HTTP/1.1 101")
                .doesNotContainIgnoringCase("sec-websocket-extensions");
    }

    /** The code with which the server closes after these bytes; -1 when it only cuts. */
    private int ending(byte[] sent) throws IOException {
        try (RawHttp stream = new RawHttp(api.uri())) {
            stream.send(bytes(upgrade("Connection: Upgrade\r\n")));
            assertThat(stream.readHead()).startsWith("HTTP/1.1 101");
            stream.send(frame(0x81, "{\"op\":\"auth\",\"token\":\"" + api.token() + "\"}", true));
            stream.send(sent);
            return closeCode(stream);
        }
    }

    private static int closeCode(RawHttp stream) throws IOException {
        while (true) {
            int first = stream.read();
            int length = stream.read() & 0x7f;
            if (first < 0) {
                return -1;
            }
            if (length == 126) {
                length = stream.read() << 8 | stream.read();
            }
            if ((first & 0x0f) == CLOSE_FRAME && length >= 2) {
                return stream.read() << 8 | stream.read();
            }
            for (int i = 0; i < length; i++) {
                stream.read();
            }
        }
    }

    private static String upgrade(String more) {
        return "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: orrery.v1\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + more
                + "\r\n";
    }

    /** One frame; its mask is zero, so that the text stays what it is. */
    private static byte[] frame(int first, String text, boolean masked) {
        byte[] payload = bytes(text);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        int mask = masked ? 0x80 : 0;
        if (payload.length < 126) {
            out.write(mask | payload.length);
        } else if (payload.length < 1 << 16) {
            out.write(mask | 126);
            out.write(payload.length >> 8);
            out.write(payload.length & 0xff);
        } else {
            out.write(mask | 127);
            out.writeBytes(new byte[] {0, 0, 0, 0, 0});
            out.write(payload.length >> 16);
            out.write(payload.length >> 8 & 0xff);
            out.write(payload.length & 0xff);
        }
        out.writeBytes(masked ? new byte[4] : new byte[0]);
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static byte[] repeated(byte[] bytes, int times) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    private static byte[] joined(byte[] one, byte[] two) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(one);
        all.writeBytes(two);
        return all.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** T22: what two readers could take apart differently is refused, and the connection ends. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
                "Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
                "Content-Length: 0, 44\r\n\r\n",
                "Content-Length: -1\r\n\r\n",
                "Content-Length: +0\r\n\r\n",
                "Content-Length: 0x10\r\n\r\n",
                "Content-Length: 99999999999999999999\r\n\r\n",
                "Content-Length : 0\r\n\r\n",
                "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: identity\r\n\r\n",
                "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n0;a\nb\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n0\n\n",
                "Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n",
                "Host: evil.example\r\n\r\n",
                "Host: localhost\r\n\r\n",
                "X: a\u0000b\r\n\r\n",
                "X\u0000: a\r\n\r\n",
                "X: a\rY: b\r\n\r\n",
                "X\r\n\r\n",
            })
    void ambiguousRequest_isRefusedAndCutOff(String rest) {
        String head =
                "POST /api/v1/jobs HTTP/1.1\r\n"
                        + "Host: localhost\r\n"
                        + "Content-Type: application/json\r\n"
                        + authorization();

        RawHttp.Reply reply = exchange(head + rest + SECOND);

        assertThat(reply.statuses()).hasSizeLessThan(2).allMatch(it -> it == 400 || it == 421);
    }

    /** T22: likewise request lines. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /healthz HTTP/1.1\nHost: localhost\n\n",
                "GET /healthz HTTP/1.1\r\n X: a\r\nHost: localhost\r\n\r\n",
                "GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /healthz\r\n\r\n",
                "GET /healthz HTTP/1.1x\r\nHost: localhost\r\n\r\n",
                "GET /healthz HTTP/3.0\r\nHost: localhost\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            })
    void strangeRequestLine_isRefusedAndCutOff(String request) {
        RawHttp.Reply reply = exchange(request + SECOND);

        assertThat(reply.statuses()).hasSizeLessThan(2).allMatch(it -> it == 400 || it == 421);
    }

    /** T22: a body that nobody reads is not the next request. */
    @Test
    void unreadBody_isNoRequest() {
        RawHttp.Reply reply =
                exchange(
                        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                + "Content-Length: "
                                + SECOND.length()
                                + "\r\n\r\n"
                                + SECOND);

        assertThat(reply.statuses()).containsExactly(200);
    }

    /** T23: there is no HTTP/2, in the clear or by an upgrade, and so none of its floods. */
    @Test
    void upgradeToHttp2_isNotTaken() throws IOException {
        String upgraded =
                headOf(
                        String.join(
                                "\r\n",
                                "GET /healthz HTTP/1.1",
                                "Host: localhost",
                                "Upgrade: h2c",
                                "Connection: Upgrade, HTTP2-Settings",
                                "HTTP2-Settings: AAMAAABkAAQAAP__",
                                "",
                                ""));
        String settings = "\u0000".repeat(3) + (char) 4 + "\u0000".repeat(5);
        RawHttp.Reply direct = exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings);

        assertThat(upgraded).startsWith("HTTP/1.1 200 ").doesNotContainIgnoringCase("h2c");
        assertThat(direct.text()).doesNotContain("\u0000");
        assertThat(direct.statuses()).hasSizeLessThan(2).allMatch(it -> it >= 400);
    }
}
