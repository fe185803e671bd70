package dev.orrery.bus;

import static dev.orrery.bus.BusNodes.SOON;
import static dev.orrery.bus.BusNodes.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.WorkerReply;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The bus within one process. */
final class VertxBusTest {
    private static final Address ADDRESS = new Address("test.address");
    private static final Message ASKED = new WorkerReply.SayHello(7);
    private static final Message ANSWER = new SchedulerReply.Done();

    private Vertx vertx;
    private VertxBus bus;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx(BusNodes.small());
        bus = new VertxBus(vertx);
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void request_carriesTheObjectsThemselves() throws Exception {
        CompletableFuture<Message> received = new CompletableFuture<>();
        serve(message -> {
            received.complete(message);
            return Future.succeededFuture(ANSWER);
        });

        Message answer = await(bus.request(ADDRESS, ASKED, SOON));

        assertThat(answer).isSameAs(ANSWER);
        assertThat(received).isCompletedWithValue(ASKED);
    }

    @Test
    void handler_runsOnTheContextThatServes() throws Exception {
        Context context = vertx.getOrCreateContext();
        CompletableFuture<Thread> owner = new CompletableFuture<>();
        AtomicInteger elsewhere = new AtomicInteger();
        context.runOnContext(_ -> {
            serve(_ -> {
                if (!Thread.currentThread().equals(owner.join())) {
                    elsewhere.incrementAndGet();
                }
                return Future.succeededFuture(ANSWER);
            });
            owner.complete(Thread.currentThread());
        });
        owner.get(SOON.toSeconds(), TimeUnit.SECONDS);

        await(bus.request(ADDRESS, ASKED, SOON));
        await(bus.reregister());
        await(bus.request(ADDRESS, ASKED, SOON));

        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void failedHandler_isToldToTheSender() {
        serve(_ -> Future.failedFuture(new IllegalStateException("no leader here")));

        assertThatThrownBy(() -> await(bus.request(ADDRESS, ASKED, SOON)))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        fault -> {
                            assertThat(fault.failureType())
                                    .isEqualTo(ReplyFailure.RECIPIENT_FAILURE);
                            assertThat(fault.failureCode()).isEqualTo(VertxBus.HANDLER_FAILED);
                            assertThat(fault).hasMessage("no leader here");
                        });
    }

    @Test
    void throwingHandler_isToldToTheSender() {
        serve(_ -> {
            throw new IllegalArgumentException("thrown");
        });

        assertThatThrownBy(() -> await(bus.request(ADDRESS, ASKED, SOON))).hasMessage("thrown");
    }

    @Test
    void addressThatNobodyServes_failsTheRequest() {
        assertThatThrownBy(() -> await(bus.request(ADDRESS, ASKED, SOON)))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        fault ->
                                assertThat(fault.failureType())
                                        .isEqualTo(ReplyFailure.NO_HANDLERS));
    }

    @Test
    void lateAnswer_failsTheRequestAndHarmsNobody() throws Exception {
        Promise<Message> late = Promise.promise();
        serve(message -> message.equals(ASKED) ? late.future() : Future.succeededFuture(ANSWER));

        assertThatThrownBy(() -> await(bus.request(ADDRESS, ASKED, Duration.ofMillis(50))))
                .isInstanceOfSatisfying(
                        ReplyException.class,
                        fault -> assertThat(fault.failureType()).isEqualTo(ReplyFailure.TIMEOUT));
        late.complete(ANSWER);

        assertThat(await(bus.request(ADDRESS, ANSWER, SOON))).isEqualTo(ANSWER);
    }

    @Test
    void sentMessage_arrivesAndWantsNoAnswer() {
        CompletableFuture<Message> received = new CompletableFuture<>();
        serve(message -> {
            received.complete(message);
            return Future.succeededFuture(ANSWER);
        });

        bus.send(ADDRESS, ASKED);

        await().atMost(SOON).until(received::isDone);
        assertThat(received).isCompletedWithValue(ASKED);
    }

    @Test
    void closedRegistration_servesNoMore() throws Exception {
        Bus.Registration served = serve(_ -> Future.succeededFuture(ANSWER));

        await(served.close());
        await(bus.reregister());

        assertThatThrownBy(() -> await(bus.request(ADDRESS, ASKED, SOON)))
                .isInstanceOf(ReplyException.class);
    }

    private Bus.Registration serve(Bus.Handler handler) {
        return bus.serve(ADDRESS, handler);
    }
}
