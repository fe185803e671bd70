package dev.orrery.bus;

import static dev.orrery.bus.BusNodes.SOON;
import static dev.orrery.bus.BusNodes.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orrery.model.WorkerId;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.Message.LeaderNotice;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests to the leader, wherever it is: masters m1 and m2 behind one bus. */
final class LeaderBusTest {
    private static final Message ASKED = new SchedulerRequest.DescribeCluster();
    private static final Message ANSWER = new SchedulerReply.Done();
    private static final Duration SHORT = Duration.ofMillis(300);

    private Vertx vertx;
    private VertxBus plain;
    private LeaderBus bus;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx(BusNodes.small());
        plain = new VertxBus(vertx);
        bus = new LeaderBus(vertx, plain);
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    private static LeaderNotice notice(long epoch, String node) {
        return new LeaderNotice(epoch, node, List.of());
    }

    /** How often it was asked. */
    private AtomicInteger serve(Address at, Message answer) {
        AtomicInteger asked = new AtomicInteger();
        plain.serve(
                at,
                _ -> {
                    asked.incrementAndGet();
                    return Future.succeededFuture(answer);
                });
        return asked;
    }

    private AtomicInteger serveInSilence(Address at) {
        AtomicInteger asked = new AtomicInteger();
        plain.serve(
                at,
                _ -> {
                    asked.incrementAndGet();
                    return Promise.<Message>promise().future();
                });
        return asked;
    }

    private Future<Message> request(Duration timeout) {
        return bus.request(Address.SCHEDULER, ASKED, timeout);
    }

    @Test
    void beforeAnyNotice_anyMasterIsAsked() throws Exception {
        serve(Address.SCHEDULER, ANSWER);

        assertThat(await(request(SOON))).isEqualTo(ANSWER);
    }

    @Test
    void masterThatDoesNotLead_isFollowedToTheOneThatDoes() throws Exception {
        serve(Address.SCHEDULER, notice(3, "m2"));
        AtomicInteger leader = serve(Address.SCHEDULER.at("m2"), ANSWER);

        assertThat(await(request(SOON))).isEqualTo(ANSWER);
        assertThat(await(request(SOON))).isEqualTo(ANSWER);

        assertThat(leader).hasValue(2);
        assertThat(bus.leader()).isEqualTo(notice(3, "m2"));
    }

    @Test
    void requestToASilentLeader_goesToTheNextOnceThatIsHeardOf() throws Exception {
        bus.learn(notice(1, "m1"));
        AtomicInteger silent = serveInSilence(Address.SCHEDULER.at("m1"));
        AtomicInteger next = serve(Address.SCHEDULER.at("m2"), ANSWER);
        Future<Message> pending = request(Duration.ofMinutes(1));
        await().atMost(SOON).until(() -> silent.get() == 1);

        bus.announce(notice(2, "m2"));

        assertThat(await(pending)).isEqualTo(ANSWER);
        assertThat(next).hasValue(1);
        assertThat(silent).hasValue(1);
    }

    @Test
    void silentLeader_isForgotten() throws Exception {
        bus.learn(notice(1, "m1"));
        serveInSilence(Address.SCHEDULER.at("m1"));
        serve(Address.SCHEDULER, ANSWER);

        assertThatThrownBy(() -> await(request(SHORT))).hasMessageContaining("Timed out");

        assertThat(bus.leader()).isEqualTo(notice(1, ""));
        assertThat(await(request(SOON))).isEqualTo(ANSWER);
    }

    @Test
    void deadLeaderThatOthersStillNameBy_isAskedSeldomUntilTimeIsOver() {
        AtomicInteger standby = serve(Address.SCHEDULER, notice(1, "m1"));

        assertThatThrownBy(() -> await(request(Duration.ofSeconds(1))))
                .hasMessageContaining("No handlers");

        assertThat(standby.get()).isBetween(2, 7);
    }

    @Test
    void masterThatIsHeardOf_isGreetedOnce_andAgainWhenItWasSilent() throws Exception {
        AtomicInteger scheduler = serve(Address.SCHEDULER.at("m2"), ANSWER);
        AtomicInteger topics = serve(Address.TOPICS.at("m2"), ANSWER);

        bus.learn(new LeaderNotice(1, "m1", List.of(), List.of("m2", "m3")));
        await().atMost(SOON).until(() -> scheduler.get() == 1 && topics.get() == 1);
        AtomicInteger late = serve(Address.SCHEDULER.at("m3"), ANSWER);
        serve(Address.TOPICS.at("m3"), ANSWER);
        await().atMost(SOON)
                .until(() -> {
                    bus.learn(new LeaderNotice(1, "m1", List.of(), List.of("m2", "m3")));
                    return late.get() == 1;
                });

        assertThat(scheduler).hasValue(1);
    }

    @Test
    void afterANodeLeft_everybodyIsGreetedAgain() {
        AtomicInteger master = serve(Address.SCHEDULER.at("m2"), ANSWER);
        serve(Address.TOPICS.at("m2"), ANSWER);
        Address place = Address.worker(new WorkerId("w1"), 1);
        AtomicInteger worker = serve(place, ANSWER);
        bus.learn(new LeaderNotice(1, "m1", List.of(), List.of("m2")));
        bus.greet(Set.of(place));
        bus.greet(Set.of(place));
        await().atMost(SOON).until(() -> master.get() == 1 && worker.get() == 1);

        bus.greetAgain();
        bus.greet(Set.of(place));

        await().atMost(SOON).until(() -> master.get() == 2 && worker.get() == 2);
    }

    @Test
    void vacantLead_isWaitedFor() throws Exception {
        AtomicInteger standby = serve(Address.SCHEDULER, notice(1, ""));
        Future<Message> pending = request(SOON);
        await().atMost(SOON).until(() -> standby.get() >= 2);
        serve(Address.SCHEDULER.at("m2"), ANSWER);

        bus.learn(notice(2, "m2"));

        assertThat(await(pending)).isEqualTo(ANSWER);
    }

    @Test
    void olderNotice_isIgnored() throws Exception {
        bus.learn(notice(5, "m2"));
        serve(Address.SCHEDULER.at("m2"), ANSWER);
        AtomicInteger deposed = serve(Address.SCHEDULER.at("m1"), ANSWER);

        bus.announce(notice(4, "m1"));
        await(request(SOON));

        assertThat(bus.leader()).isEqualTo(notice(5, "m2"));
        assertThat(deposed).hasValue(0);
    }

    @Test
    void mastersThatNameEachOther_areNotAskedInACircle() {
        AtomicInteger one = serve(Address.SCHEDULER.at("m1"), notice(1, "m2"));
        AtomicInteger two = serve(Address.SCHEDULER.at("m2"), notice(1, "m1"));
        serve(Address.SCHEDULER, notice(1, "m1"));

        assertThatThrownBy(() -> await(request(Duration.ofSeconds(1))));

        assertThat(one.get() + two.get()).isLessThan(40);
    }

    @Test
    void answerByWayOfANotice_comesToTheContextThatAsked() throws Exception {
        bus.learn(notice(1, "m1"));
        AtomicInteger silent = serveInSilence(Address.SCHEDULER.at("m1"));
        serve(Address.SCHEDULER.at("m2"), ANSWER);
        CompletableFuture<Boolean> atHome = new CompletableFuture<>();
        Context home = vertx.getOrCreateContext();
        home.runOnContext(_ -> {
            Thread thread = Thread.currentThread();
            request(Duration.ofMinutes(1))
                    .onComplete(_ -> atHome.complete(Thread.currentThread().equals(thread)));
        });
        await().atMost(SOON).until(() -> silent.get() == 1);

        // The test's own thread brings the notice.
        bus.learn(notice(2, "m2"));

        assertThat(atHome.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatAMasterCannotRead_isNotAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        vertx.eventBus()
                .consumer(
                        Address.SCHEDULER.value(),
                        message -> {
                            asked.incrementAndGet();
                            message.fail(VertxBus.UNREADABLE, "unreadable");
                        });

        assertThatThrownBy(() -> await(request(SOON))).hasMessageContaining("unreadable");

        assertThat(asked).hasValue(1);
    }

    @Test
    void listener_hearsOfEachChangeOnce() {
        List<LeaderNotice> heard = new CopyOnWriteArrayList<>();
        bus.onLeader(heard::add);

        bus.learn(notice(1, "m1"));
        bus.learn(notice(1, "m1"));
        bus.learn(notice(2, ""));
        bus.learn(notice(1, "m1"));
        bus.learn(notice(2, "m2"));

        assertThat(heard).containsExactly(notice(1, "m1"), notice(2, ""), notice(2, "m2"));
    }

    @Test
    void otherAddresses_areLeftAlone() throws Exception {
        Address other = new Address("test.other");
        serve(other, notice(9, "m9"));

        assertThat(await(bus.request(other, ASKED, SOON))).isEqualTo(notice(9, "m9"));

        assertThat(bus.leader().epoch()).isZero();
    }
}
