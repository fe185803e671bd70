package dev.orrery.endtoend;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A client that sends what bytes it likes over one connection, and reads until the other closes.
 */
public final class RawHttp implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");

    private final Socket socket;

    public RawHttp(URI server) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /** All that came until the server closed the connection. */
    public record Reply(String text) {
        /** The status of each answer. */
        public List<Integer> statuses() {
            return STATUS.matcher(text).results().map(it -> Integer.valueOf(it.group(1))).toList();
        }
    }

    /** Sends one text, a byte a character, and waits for the end. */
    public static Reply exchange(URI server, String request) {
        try (RawHttp connection = new RawHttp(server)) {
            connection.send(request.getBytes(StandardCharsets.ISO_8859_1));
            return connection.readToTheEnd();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends; a server that has closed already is no failure. */
    public void send(byte... bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
        } catch (SocketException closed) {
            return;
        }
    }

    /** Reads until the head of an answer is whole. */
    public String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /** The next byte; -1 when the server has closed. */
    public int read() throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException reset) {
            return -1;
        }
    }

    /** Reads until the server closes. */
    public Reply readToTheEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int next = read(); next >= 0; next = read()) {
            all.write(next);
        }
        return new Reply(all.toString(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
