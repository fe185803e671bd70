package dev.orrery.node.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.config.SettingsReader;
import dev.orrery.model.AttemptId;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerReply;
import dev.orrery.scheduling.Sample;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

final class WorkerLinkTest {

    private final RecordingBus bus = new RecordingBus();
    private Vertx vertx;
    private WorkerLink link;

    /** Keeps what was asked; the test answers it. */
    private static final class RecordingBus implements Bus {

        private final List<Message> asked = new ArrayList<>();
        private final List<Promise<Message>> answers = new ArrayList<>();

        @Override
        public Future<Message> request(Address to, Message message, Duration timeout) {
            Promise<Message> answer = Promise.promise();
            asked.add(message);
            answers.add(answer);
            return answer.future();
        }

        @Override
        public void send(Address to, Message message) {
            throw new AssertionError("sent: " + message);
        }

        @Override
        public void publish(Address to, Message message) {
            throw new AssertionError("published: " + message);
        }

        @Override
        public Registration serve(Address at, Handler handler) {
            throw new AssertionError("served: " + at);
        }
    }

    /** Hears what a link tells, and does nothing. */
    private static final class Silent implements WorkerLink.Events {
        @Override
        public void joined() {}

        @Override
        public void stop(List<AttemptId> attempts) {}

        @Override
        public void fence(boolean kill) {}

        @Override
        public void superseded() {}
    }

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        link =
                new WorkerLink(
                        vertx,
                        bus,
                        SettingsReader.of(Map.of()).scheduling(),
                        new WorkerLink.Self(Sample.WORKER, 1, Sample.offer(1), "", List::of),
                        new Silent());
        link.start();
    }

    @AfterEach
    void stop() throws Exception {
        link.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void hello_saysWhichLeaderItHasHeardOf() {
        bus.answers.getLast().complete(new WorkerReply.Welcome(3, List.of()));
        link.leaderChanged(4);
        bus.answers.getLast().complete(new WorkerReply.SayHello(4));

        assertThat(bus.asked.getFirst())
                .isInstanceOfSatisfying(
                        WorkerMessage.Hello.class, it -> assertThat(it.epoch()).isZero());
        assertThat(bus.asked.getLast())
                .isInstanceOfSatisfying(
                        WorkerMessage.Hello.class, it -> assertThat(it.epoch()).isEqualTo(4));
    }

    @Test
    void leaderThatIsHeardOfAgainAndAgain_isToldOnce() {
        bus.answers.getLast().complete(new WorkerReply.Welcome(3, List.of()));
        int before = bus.asked.size();

        link.leaderChanged(4);
        link.leaderChanged(4);
        link.leaderChanged(4);

        assertThat(bus.asked).hasSize(before + 1);
    }
}
