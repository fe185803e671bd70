package dev.orrery.bus;

import static dev.orrery.bus.BusNodes.SOON;
import static dev.orrery.bus.BusNodes.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.config.Settings;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** An event bus beyond loopback, to which only nodes of the authority may speak. */
final class MutualTlsTest {
    private static final Address ADDRESS = new Address("test.address");
    private static final Duration SHORT = Duration.ofSeconds(1);

    @TempDir private static Path directory;
    private static final BusNodes PORTS = new BusNodes();
    private static final List<Vertx> STARTED = new ArrayList<>();
    private static final AtomicInteger HANDLED = new AtomicInteger();
    private static Settings.Tls ours;
    private static VertxBus one;
    private static int onePort;

    @BeforeAll
    static void start() throws Exception {
        ours = new TestAuthority(directory.resolve("ours")).node("one");
        HazelcastClusterManager cluster = member();
        one = join(cluster, Optional.of(ours));
        onePort = cluster.getNodeInfo().port();
        await(one.serve(ADDRESS, MutualTlsTest::handle).ready());
    }

    private static Future<Message> handle(Message message) {
        HANDLED.incrementAndGet();
        return Future.succeededFuture(message);
    }

    @AfterAll
    static void stop() throws Exception {
        for (Vertx vertx : STARTED.reversed()) {
            await(vertx.close());
        }
    }

    @Test
    void nodeOfTheAuthority_isAnswered() throws Exception {
        VertxBus two = join(member(), Optional.of(ours));

        assertThat(await(two.request(ADDRESS, new SchedulerReply.Done(), SOON)))
                .isEqualTo(new SchedulerReply.Done());
    }

    @Test
    void nodeOfAnotherAuthority_isNotHeard() throws Exception {
        TestAuthority others = new TestAuthority(directory.resolve("others"));

        expectUnheard(join(member(), Optional.of(others.node("stranger"))));
    }

    @Test
    void clientWithoutACertificate_isCutOff() throws Exception {
        NetClientOptions options =
                new NetClientOptions()
                        .setSsl(true)
                        .setHostnameVerificationAlgorithm("")
                        .setTrustOptions(new PemTrustOptions().addCertPath(ours.ca().toString()));
        NetClient client = STARTED.getFirst().createNetClient(options);

        Future<Void> closed =
                client.connect(onePort, "127.0.0.1").compose(MutualTlsTest::untilClosed);

        await(closed.otherwiseEmpty());
        await(client.close());
    }

    /** With TLS 1.3 the client learns only after its own handshake that it is refused. */
    private static Future<Void> untilClosed(NetSocket socket) {
        Promise<Void> closed = Promise.promise();
        socket.closeHandler(closed::complete);
        return closed.future();
    }

    private static void expectUnheard(VertxBus stranger) {
        int before = HANDLED.get();

        Future<Message> answer = stranger.request(ADDRESS, new SchedulerReply.Done(), SHORT);

        assertThatThrownBy(() -> await(answer)).isInstanceOf(ReplyException.class);
        assertThat(HANDLED.get()).isEqualTo(before);
    }

    @Test
    void garbage_isCutOffAndTakesNoMemory() throws Exception {
        long before = usedHeap();

        assertThatThrownBy(() -> flood(256)).isInstanceOf(IOException.class);

        assertThat(usedHeap() - before).isLessThan(32L << 20);
    }

    /** Announces a frame of 2 GiB and sends megabytes until the other end hangs up. */
    private static void flood(int megabytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), onePort)) {
            OutputStream output = socket.getOutputStream();
            output.write(ByteBuffer.allocate(4).putInt(0x7fffffff).array());
            for (int i = 0; i < megabytes; i++) {
                output.write(new byte[1 << 20]);
            }
        }
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static HazelcastClusterManager member() throws IOException {
        Settings.Cluster cluster = PORTS.cluster(true, List.of());
        return new HazelcastClusterManager(
                MemberConfig.of(
                        cluster,
                        "127.0.0.1",
                        "tls-test",
                        List.of("127.0.0.1:" + cluster.memberPortFirst())));
    }

    private static VertxBus join(HazelcastClusterManager cluster, Optional<Settings.Tls> tls)
            throws Exception {
        EventBusOptions plain = BusOptions.of("127.0.0.1", 0);
        EventBusOptions options = tls.map(t -> BusOptions.mutualTls(plain, t)).orElse(plain);
        Vertx vertx =
                await(
                        Vertx.builder()
                                .with(BusNodes.small().setEventBusOptions(options))
                                .withClusterManager(cluster)
                                .buildClustered());
        STARTED.add(vertx);
        return new VertxBus(vertx);
    }
}
