package dev.orrery.bus;

import static dev.orrery.bus.BusNodes.SOON;
import static dev.orrery.bus.BusNodes.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Outcome;
import dev.orrery.model.TaskRange;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerCommandReply;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerReply;

import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.internal.VertxInternal;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Two clustered nodes of one machine, which found each other through the file of the cluster. */
final class ClusteredBusTest {
    private static final JobId JOB = new JobId(new UUID(1, 2));
    private static final WorkerId WORKER = new WorkerId("w-1");

    @TempDir private static Path data;
    private static BusNodes nodes;
    private static BusNode one;
    private static BusNode two;

    @BeforeAll
    static void start() throws IOException {
        nodes = new BusNodes();
        one = nodes.join(data);
        two = nodes.join(data);
    }

    @AfterAll
    static void stop() throws IOException {
        nodes.close();
    }

    @Test
    void secondNode_findsTheFirst() throws IOException {
        assertThat(two.membership().others()).containsExactly(one.id());
        await().atMost(SOON).until(() -> one.membership().others().equals(List.of(two.id())));
        assertThat(Files.readString(data.resolve("cluster.json")))
                .contains("orrery", one.member(), two.member());
        assertThat(Files.getPosixFilePermissions(data.resolve("cluster.json"))).hasSize(2);
    }

    @Test
    void request_isAnsweredOverTheWire() throws Exception {
        expectAnswersOverTheWire();
    }

    private static void expectAnswersOverTheWire() throws Exception {
        Address address = new Address("test.answers");
        ConcurrentLinkedQueue<Message> received = new ConcurrentLinkedQueue<>();
        Bus.Registration served =
                two.bus()
                        .serve(
                                address,
                                message -> {
                                    received.add(message);
                                    return Future.succeededFuture(answerTo(message));
                                });
        await(served.ready());

        List<Message> sent = messages();
        for (Message message : sent) {
            Message answer = await(one.bus().request(address, message, SOON));
            assertThat(answer).isEqualTo(answerTo(message));
        }

        assertThat(received).containsExactlyElementsOf(sent);
        await(served.close());
    }

    @Test
    void handlerFailure_isToldToTheOtherNode() throws Exception {
        Address address = new Address("test.fails");
        Bus.Registration served =
                two.bus().serve(address, _ -> Future.failedFuture("the disk is full"));
        await(served.ready());

        Future<Message> answer = one.bus().request(address, new SchedulerReply.Done(), SOON);

        assertThatThrownBy(() -> await(answer))
                .isInstanceOf(ReplyException.class)
                .hasMessage("the disk is full");
        await(served.close());
    }

    @Test
    void bytesOfAnotherProgram_areRefusedAndServedOn() throws Exception {
        Address address = new Address("test.foreign");
        Bus.Registration served =
                two.bus().serve(address, _ -> Future.succeededFuture(new SchedulerReply.Done()));
        await(served.ready());

        Future<?> foreign = one.vertx().eventBus().request(address.value(), "not a message");

        assertThatThrownBy(() -> await(foreign)).isInstanceOf(ReplyException.class);
        assertThat(await(one.bus().request(address, new SchedulerReply.Done(), SOON)))
                .isEqualTo(new SchedulerReply.Done());
        await(served.close());
    }

    @Test
    void reregisteredAddress_isServedOnce() throws Exception {
        Address address = new Address("test.again");
        AtomicInteger calls = new AtomicInteger();
        Bus.Registration served =
                two.bus()
                        .serve(
                                address,
                                _ -> {
                                    calls.incrementAndGet();
                                    return Future.succeededFuture(new SchedulerReply.Done());
                                });
        await(served.ready());

        await(two.bus().reregister());

        for (int i = 0; i < 4; i++) {
            await(one.bus().request(address, new SchedulerReply.Done(), SOON));
        }
        assertThat(calls).hasValue(4);
        await(served.close());
    }

    @Test
    void leavingNode_isNoticedAndForgotten() throws Exception {
        List<String> noticed = new CopyOnWriteArrayList<>();
        one.membership().listen(one.vertx(), new Recording(noticed));

        BusNode third = nodes.join(data);
        await().atMost(SOON).until(() -> noticed.contains("joined " + third.id()));
        nodes.stop(third);

        await().atMost(SOON).until(() -> noticed.contains("left " + third.id()));
        assertThat(noticed).hasSize(2);
        assertThat(Files.readString(data.resolve("cluster.json"))).doesNotContain(third.member());
    }

    @Test
    void nodeWithAnotherDirectory_joinsByAddress(@TempDir Path other) throws Exception {
        BusNode third = nodes.join(other, one.member());

        assertThat(third.membership().others()).containsExactlyInAnyOrder(one.id(), two.id());
        nodes.stop(third);
    }

    @Test
    void selfTest_findsADeafNode() throws Exception {
        AtomicInteger deaf = new AtomicInteger();
        Duration pause = Duration.ofMillis(100);
        SelfTest first =
                new SelfTest(
                        one.vertx(),
                        one.membership(),
                        pause,
                        2,
                        found -> deaf.set(found.failures()));
        await(first.ready());

        await().atMost(SOON).until(() -> deaf.get() >= 2);
        SelfTest second = new SelfTest(two.vertx(), two.membership(), pause, 2, _ -> {});
        await(second.ready());
        deaf.set(0);

        await().during(Duration.ofMillis(700)).atMost(SOON).until(() -> deaf.get() == 0);
        await(first.close());
        await(second.close());
    }

    /** A client begins with these three letters, a REST caller with a verb. */
    @ParameterizedTest
    @ValueSource(strings = {"CP2", "GET /hazelcast/health HTTP/1.1\r\n\r\n"})
    void memberPort_servesMembersOnly(String greeting) throws IOException {
        int port = Integer.parseInt(one.member().substring(one.member().indexOf(':') + 1));

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) SOON.toMillis());
            socket.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));

            assertThat(answerOf(socket)).isEmpty();
        }
    }

    /** Vert.x bounds no inbound frame: only what is really sent takes memory. */
    @Test
    void laterMaster_findsTheEarlierOne(@TempDir Path first, @TempDir Path second)
            throws Exception {
        BusNode earlier = nodes.join(first, true, one.member());
        BusNode later = nodes.join(second, true, one.member());

        assertThat(earlier.rank().earlier()).isEmpty();
        assertThat(later.rank().earlier()).contains(earlier.member() + " with " + first);

        nodes.stop(earlier);
        await().atMost(SOON).until(() -> later.rank().earlier().isEmpty());
        nodes.stop(later);
    }

    @Test
    void announcedGiantFrame_takesNoMemoryByItself() throws Exception {
        int port = ((VertxInternal) one.vertx()).clusterManager().getNodeInfo().port();
        long before = usedHeap();

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream output = socket.getOutputStream();
            output.write(ByteBuffer.allocate(8).putInt(0x7fffffff).putInt(1).array());
            output.flush();
            await(
                    one.bus()
                            .request(new Address("nobody"), new SchedulerReply.Done(), SOON)
                            .recover(_ -> Future.succeededFuture(new SchedulerReply.Done())));
        }

        assertThat(usedHeap() - before).isLessThan(32L << 20);
        expectAnswersOverTheWire();
    }

    /** What comes until the other end closes. */
    private static String answerOf(Socket socket) throws IOException {
        try {
            byte[] answer = socket.getInputStream().readAllBytes();
            return new String(answer, StandardCharsets.US_ASCII);
        } catch (SocketException reset) {
            return "";
        }
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static List<Message> messages() {
        AttemptId attempt = new AttemptId(new TaskRange(JOB, 3, 9), 2);
        AttemptResult result = AttemptResult.without(new Outcome.Exited(0), Instant.EPOCH);
        return List.of(
                new SchedulerRequest.Cancel(JOB, "somebody"),
                new SchedulerRequest.DescribeCluster(),
                new WorkerCommand.Recall(1, 2, List.of(attempt)),
                new WorkerMessage.Reports(
                        WORKER, 2, 1, List.of(new WorkerMessage.Report.Ended(attempt, result))));
    }

    private static Message answerTo(Message message) {
        return switch (message) {
            case WorkerCommand command -> new WorkerCommandReply.Taken(command.epoch());
            case WorkerMessage said -> new WorkerReply.Acknowledged(1, said.incarnation());
            default -> new SchedulerReply.Done();
        };
    }

    private record Recording(List<String> noticed) implements Membership.Listener {
        @Override
        public void joined(String node) {
            noticed.add("joined " + node);
        }

        @Override
        public void left(String node) {
            noticed.add("left " + node);
        }

        @Override
        public void merged() {
            noticed.add("merged");
        }
    }
}
