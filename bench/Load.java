import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The load generator of the benchmarks: plain JDK, HTTP/1.1 with pipelining over a few connections.
 *
 * <pre>
 *   java Load.java throughput URI TOKEN WORKLOAD N BODY   submit N jobs, wait until all have ended
 *   java Load.java submit URI TOKEN WORKLOAD N BODY       submit N jobs
 *   java Load.java batch URI TOKEN WORKLOAD N BODY        submit N jobs as lines of one request
 *   java Load.java first URI TOKEN WORKLOAD N ''          wait until N jobs have succeeded
 *   java Load.java latency URI TOKEN WORKLOAD N BODY      one job at a time, submit to end seen
 * </pre>
 *
 * Prints the lines of bench/run: {@code orrery WORKLOAD N SECONDS RATE UNIT}.
 */
public final class Load {

    /** A server answers one request of a connection after the other. */
    private static final int CONNECTIONS = 64;
    private static final int WINDOW = 4;
    private static final long POLL_MILLIS = 20;
    private static final long PAUSE_MILLIS = 20;
    private static final int WAIT_SECONDS = 300;
    private static final Pattern ENDED =
            Pattern.compile("\"(succeeded|failed|cancelled|expired)\":(\\d+)");
    private static final Pattern SUCCEEDED = Pattern.compile("\"(succeeded)\":(\\d+)");

    private final URI server;
    private final String token;

    private Load(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    public static void main(String[] args) throws Exception {
        Load load = new Load(URI.create(args[1]), args[2]);
        int count = Integer.parseInt(args[4]);
        byte[] request = load.post(args[5]);
        switch (args[0]) {
            case "latency" -> load.latency(args[3], count, request);
            case "submit" -> load.accepted(args[3], count, request);
            case "batch" -> load.batch(args[3], count, args[5]);
            case "first" -> load.first(count);
            case "throughput" -> load.throughput(args[3], count, request);
            default -> throw new IllegalArgumentException("no such mode: " + args[0]);
        }
    }

    private void accepted(String workload, int count, byte[] request) throws IOException {
        long start = System.nanoTime();
        submit(count, request);
        double seconds = (System.nanoTime() - start) / 1e9;
        line(workload + "-accepted", count, seconds, count / seconds, "tasks/s");
    }

    /** One thread writes and this one reads, as the server reads no faster than it is read. */
    private void batch(String workload, int count, String body) throws Exception {
        long start = System.nanoTime();
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            Thread writer = Thread.ofPlatform().start(() -> writeLines(out, count, body));
            byte[] end = "{\"done\":true,\"lines\":%d,\"accepted\":%d,\"replayed\":0,\"refused\":0}"
                    .formatted(count, count)
                    .getBytes(StandardCharsets.US_ASCII);
            awaitEnd(socket.getInputStream(), end);
            writer.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        line(workload + "-accepted", count, seconds, count / seconds, "tasks/s");
    }

    private static void awaitEnd(InputStream in, byte[] end) throws IOException {
        byte[] buffer = new byte[1 << 16];
        int kept = 0;
        while (true) {
            int read = in.read(buffer, kept, buffer.length - kept);
            if (read < 0) {
                throw new IOException("the answer does not end as it should");
            }
            int length = kept + read;
            String tail = new String(buffer, Math.max(0, length - 1024),
                    Math.min(length, 1024), StandardCharsets.ISO_8859_1);
            int done = tail.indexOf("{\"done\":");
            if (done >= 0 && tail.indexOf('}', done) > 0) {
                if (!tail.startsWith(new String(end, StandardCharsets.US_ASCII), done)) {
                    throw new IOException("not all were accepted: " + tail.substring(done));
                }
                return;
            }
            kept = Math.min(length, 1024);
            System.arraycopy(buffer, length - kept, buffer, 0, kept);
        }
    }

    /** In pieces of a few hundred lines. */
    private void writeLines(OutputStream out, int count, String body) {
        try {
            out.write(
                    ("POST /api/v1/jobs:batch HTTP/1.1\r\nHost: "
                                    + server.getAuthority()
                                    + "\r\nAuthorization: Bearer "
                                    + token
                                    + "\r\nContent-Type: application/x-ndjson"
                                    + "\r\nTransfer-Encoding: chunked\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            int left = count;
            while (left > 0) {
                int now = Math.min(left, 500);
                byte[] lines = (body + "\n").repeat(now).getBytes(StandardCharsets.UTF_8);
                ByteArrayOutputStream piece = new ByteArrayOutputStream(lines.length + 32);
                piece.write((Integer.toHexString(lines.length) + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                piece.write(lines);
                piece.write("\r\n".getBytes(StandardCharsets.US_ASCII));
                out.write(piece.toByteArray());
                left -= now;
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        }
    }

    private void first(int count) throws Exception {
        try (Connection poll = new Connection()) {
            awaitEnds(poll, SUCCEEDED, count);
        }
    }

    /** One thread for all connections, which leaves the machine to the server. */
    private void throughput(String workload, int count, byte[] request) throws Exception {
        try (Connection poll = new Connection()) {
            long before = ended(poll, ENDED);
            long start = System.nanoTime();
            accepted(workload, count, request);
            awaitEnds(poll, ENDED, before + count);
            double seconds = (System.nanoTime() - start) / 1e9;
            line(workload, count, seconds, count / seconds, "tasks/s");
        }
    }

    private void awaitEnds(Connection poll, Pattern states, long count) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (ended(poll, states) < count) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("not all jobs ended");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private void submit(int count, byte[] request) throws IOException {
        try (Selector selector = Selector.open()) {
            int open = 0;
            for (int i = 0; i < CONNECTIONS; i++) {
                int share = count / CONNECTIONS + (i < count % CONNECTIONS ? 1 : 0);
                if (share > 0) {
                    SocketChannel channel =
                            SocketChannel.open(
                                    new InetSocketAddress(server.getHost(), server.getPort()));
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    channel.configureBlocking(false);
                    Lane lane = new Lane(channel, request, share);
                    channel.register(selector, SelectionKey.OP_READ, lane);
                    lane.send();
                    open++;
                }
            }
            while (open > 0) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    Lane lane = (Lane) key.attachment();
                    if (lane.receive()) {
                        key.cancel();
                        lane.channel.close();
                        open--;
                    }
                }
                selector.selectedKeys().clear();
            }
        }
    }

    /** One connection on which a few requests at a time are under way. */
    private static final class Lane {
        private static final byte[] LINE = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);

        private final SocketChannel channel;
        private final byte[] request;
        private final ByteBuffer in = ByteBuffer.allocate(1 << 14);
        private int toSend;
        private int toReceive;
        private int matched;

        Lane(SocketChannel channel, byte[] request, int count) {
            this.channel = channel;
            this.request = request;
            this.toSend = count;
            this.toReceive = count;
        }

        void send() throws IOException {
            int now = Math.min(toSend, WINDOW - (toReceive - toSend));
            ByteBuffer out = ByteBuffer.allocate(now * request.length);
            for (int i = 0; i < now; i++) {
                out.put(request);
            }
            toSend -= now;
            out.flip();
            while (out.hasRemaining()) {
                channel.write(out);
            }
        }

        /** Counts the status lines of answers; says whether all have come. */
        boolean receive() throws IOException {
            in.clear();
            if (channel.read(in) < 0) {
                throw new IOException("connection closed");
            }
            in.flip();
            while (in.hasRemaining()) {
                byte next = in.get();
                if (matched < LINE.length) {
                    matched = next == LINE[matched] ? matched + 1 : next == LINE[0] ? 1 : 0;
                } else if (next != "201".charAt(matched - LINE.length)) {
                    throw new IOException("a job was refused");
                } else if (++matched == LINE.length + 3) {
                    matched = 0;
                    toReceive--;
                }
            }
            if (toSend > 0) {
                send();
            }
            return toReceive == 0;
        }
    }

    private void latency(String workload, int count, byte[] request) throws Exception {
        LinkedBlockingQueue<String> ends = new LinkedBlockingQueue<>();
        HttpClient client = HttpClient.newHttpClient();
        WebSocket socket =
                client.newWebSocketBuilder()
                        .subprotocols("orrery.v1")
                        .buildAsync(
                                URI.create("ws://" + server.getAuthority() + "/api/v1/stream"),
                                new Ends(ends))
                        .join();
        socket.sendText("{\"op\":\"auth\",\"token\":\"" + token + "\"}", true).join();
        Pattern id = Pattern.compile("\"id\":\"([0-9a-f-]{36})\"");
        double[] seconds = new double[count];
        try (Connection connection = new Connection()) {
            for (int i = -count / 4; i < count; i++) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                long start = System.nanoTime();
                connection.out.write(request);
                connection.out.flush();
                Matcher accepted = id.matcher(connection.expect(201));
                accepted.find();
                String topic = "jobs." + accepted.group(1);
                socket.sendText("{\"op\":\"subscribe\",\"topic\":\"" + topic + "\"}", true).join();
                String end = ends.poll(WAIT_SECONDS, TimeUnit.SECONDS);
                if (end == null || !end.contains(topic)) {
                    throw new TimeoutException("no end of " + topic + " but " + end);
                }
                if (i >= 0) {
                    seconds[i] = (System.nanoTime() - start) / 1e9;
                }
                socket.sendText("{\"op\":\"unsubscribe\",\"topic\":\"" + topic + "\"}", true)
                        .join();
            }
        }
        socket.abort();
        client.close();
        Arrays.sort(seconds);
        percentile(workload + "-p50", seconds, 0.5);
        percentile(workload + "-p99", seconds, 0.99);
    }

    private static void percentile(String workload, double[] sorted, double part) {
        int index = Math.min(sorted.length - 1, (int) Math.ceil(part * sorted.length) - 1);
        line(workload, sorted.length, sorted[index], sorted[index] * 1e3, "ms");
    }

    private static void line(String workload, int n, double seconds, double rate, String unit) {
        System.out.printf(
                Locale.ROOT, "orrery %s %d %.5f %.3f %s%n", workload, n, seconds, rate, unit);
    }

    private byte[] post(String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        return ("POST /api/v1/jobs HTTP/1.1\r\nHost: "
                        + server.getAuthority()
                        + "\r\nAuthorization: Bearer "
                        + token
                        + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + content.length
                        + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    private long ended(Connection connection, Pattern states) throws IOException {
        connection.out.write(
                ("GET /api/v1/cluster HTTP/1.1\r\nHost: "
                                + server.getAuthority()
                                + "\r\nAuthorization: Bearer "
                                + token
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        connection.out.flush();
        Matcher counts = states.matcher(connection.expect(200));
        long sum = 0;
        while (counts.find()) {
            sum += Long.parseLong(counts.group(2));
        }
        return sum;
    }

    /** Collects the terminal events of a WebSocket. */
    private static final class Ends implements WebSocket.Listener {
        private final LinkedBlockingQueue<String> ends;
        private final StringBuilder text = new StringBuilder();

        Ends(LinkedBlockingQueue<String> ends) {
            this.ends = ends;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                if (text.indexOf("\"terminal\":true") >= 0) {
                    ends.add(text.toString());
                }
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    /** One HTTP/1.1 connection whose answers have a Content-Length. */
    private final class Connection implements AutoCloseable {
        final Socket socket = new Socket(server.getHost(), server.getPort());
        final OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        final InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);

        Connection() throws IOException {
            socket.setTcpNoDelay(true);
        }

        /** Reads one answer; gives its body. */
        String expect(int status) {
            try {
                String first = readLine();
                int length = 0;
                for (String line = readLine(); !line.isEmpty(); line = readLine()) {
                    if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                        length = Integer.parseInt(line.substring(15).strip());
                    }
                }
                String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                if (!first.startsWith("HTTP/1.1 " + status)) {
                    throw new IllegalStateException(first + " " + body);
                }
                return body;
            } catch (IOException fault) {
                throw new IllegalStateException(fault);
            }
        }

        private String readLine() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(64);
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("connection closed");
                }
                if (c != '\r') {
                    line.write(c);
                }
            }
            return line.toString(StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
