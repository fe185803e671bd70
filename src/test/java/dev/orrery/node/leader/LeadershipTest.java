package dev.orrery.node.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.config.Settings;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.Message.LeaderNotice;
import dev.orrery.store.Masters.Master;
import dev.orrery.store.StoreException;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A master's part in the question who leads, against a row that two masters share. */
final class LeadershipTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Settings.Leadership PACE =
            new Settings.Leadership(Duration.ofMillis(600), Duration.ofMillis(100));

    private final SharedRow row = new SharedRow();
    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() throws Exception {
        row.release();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** A master, and what it was told. */
    private final class Candidate implements Leadership.Events {
        private final Context context = vertx.getOrCreateContext();
        private final WorkersHeard heard = new WorkersHeard(Duration.ofSeconds(2));
        private final List<Long> elections = new CopyOnWriteArrayList<>();
        private final List<String> depositions = new CopyOnWriteArrayList<>();
        private final List<LeaderNotice> vacancies = new CopyOnWriteArrayList<>();
        private final Leadership leadership;

        Candidate(String node) {
            leadership =
                    new Leadership(
                            context,
                            row,
                            new Leadership.Self("id-" + node, node, "http://" + node),
                            PACE,
                            heard,
                            this);
            context.runOnContext(on -> leadership.start());
        }

        @Override
        public void elected(long epoch) {
            elections.add(epoch);
        }

        @Override
        public void deposed(String cause) {
            depositions.add(cause);
        }

        @Override
        public void noticed(LeaderNotice notice) {}

        @Override
        public void storeFull(StoreException fault) {
            throw new AssertionError("not here", fault);
        }

        @Override
        public void storeBroken(StoreException fault) {
            throw new AssertionError("not here", fault);
        }

        @Override
        public void vacated(LeaderNotice notice) {
            vacancies.add(notice);
        }

        boolean holds() throws Exception {
            return on(() -> leadership.holds(elections.getLast()));
        }

        LeaderNotice notice() throws Exception {
            return on(leadership::notice);
        }

        <T> T on(Supplier<T> read) throws Exception {
            CompletableFuture<T> result = new CompletableFuture<>();
            context.runOnContext(on -> result.complete(read.get()));
            return result.get(20, TimeUnit.SECONDS);
        }

        void awaitElection() {
            await().atMost(SOON).until(() -> !elections.isEmpty() && holds());
        }
    }

    @Test
    void freeLead_isTaken_andTold() throws Exception {
        Candidate one = new Candidate("a");

        one.awaitElection();

        assertThat(one.elections).containsExactly(1L);
        assertThat(one.notice())
                .isEqualTo(new LeaderNotice(1, "a", List.of("http://a"), List.of("a")));
        assertThat(one.depositions).isEmpty();
    }

    @Test
    void secondMaster_standsBy_andLeadsOnceTheLeaseEnded() throws Exception {
        row.takeAway("b");
        Candidate one = new Candidate("a");
        await().atMost(SOON).until(() -> one.notice().node().equals("b"));
        assertThat(one.elections).isEmpty();

        row.endLease();
        one.awaitElection();

        assertThat(one.elections).containsExactly(2L);
    }

    @Test
    void leaderOfAnOlderEpoch_stepsDown() {
        Candidate one = new Candidate("a");
        one.awaitElection();

        row.takeAway("b");

        await().atMost(SOON).until(() -> !one.depositions.isEmpty());
        assertThat(one.depositions).hasSize(1);
        await().atMost(SOON).until(() -> one.notice().node().equals("b"));
    }

    @Test
    void leaderWhoseStoreIsSilent_stepsDownByItsOwnClock() throws Exception {
        Candidate one = new Candidate("a");
        one.awaitElection();

        row.hang();

        await().atMost(SOON).until(() -> !one.depositions.isEmpty());
        assertThat(one.holds()).isFalse();
        assertThat(one.elections).hasSize(1);
    }

    /** A frozen process: what was under way is answered before it looks at its clock. */
    @Test
    void renewalAnsweredAfterTheEnd_revivesNoTenure() throws Exception {
        Candidate one = new Candidate("a");
        one.awaitElection();
        row.hang();
        await().atMost(SOON).until(row::isAsked);

        one.on(() -> {
            row.release();
            while (one.leadership.holds(1)) {
                Thread.onSpinWait();
            }
            return "over";
        });

        await().atMost(SOON).until(() -> one.elections.contains(2L));
        assertThat(one.depositions).isNotEmpty();
    }

    @Test
    void gracefulStop_letsTheOtherLeadWithoutWaitingForTheLease() throws Exception {
        Candidate one = new Candidate("a");
        one.awaitElection();
        Candidate two = new Candidate("b");
        await().atMost(SOON).until(() -> two.notice().node().equals("a"));

        one.on(() -> one.leadership.resign());
        two.awaitElection();

        assertThat(two.elections).containsExactly(2L);
        assertThat(one.vacancies).hasSize(1);
        assertThat(one.holds()).isFalse();
    }

    @Test
    void leadThatWasWonWhileStopping_isGivenAwayToo() throws Exception {
        row.hang();
        Candidate one = new Candidate("a");
        Future<Void> resigned = one.on(one.leadership::resign);

        row.release();
        resigned.await(SOON.toSeconds(), TimeUnit.SECONDS);

        await().atMost(SOON).until(() -> row.term().epoch() == 1 && !row.term().leased());
        assertThat(one.elections).isEmpty();
    }

    @Test
    void registerThatFails_endsNoTenure() throws Exception {
        Candidate one = new Candidate("a");
        one.awaitElection();

        row.failRegister();

        await().during(PACE.ttl().multipliedBy(3)).atMost(SOON).until(one::holds);
        assertThat(one.depositions).isEmpty();
        assertThat(one.notice().masters()).containsExactly("a");
    }

    @Test
    void standingBack_leavesEvenAFreeLeadAlone() throws Exception {
        Candidate one = new Candidate("a");
        one.awaitElection();

        one.on(() -> {
            one.leadership.standBack(1, "the test says so");
            return true;
        });

        await().atMost(SOON).until(() -> !row.term().leased());
        await().during(PACE.ttl().multipliedBy(3))
                .atMost(SOON)
                .until(() -> row.term().epoch() == 1);
        assertThat(one.depositions).containsExactly("the test says so");
    }

    @Test
    void epochThatCannotGoOn_isFollowedByAnother() {
        Candidate one = new Candidate("a");
        one.awaitElection();

        one.context.runOnContext(on -> one.leadership.beginAfter(1));

        await().atMost(SOON).until(() -> one.elections.size() == 2);
        assertThat(one.elections).containsExactly(1L, 2L);
    }

    @Test
    void leaderThatNoWorkerReaches_handsOverToOneThatHearsSome_andStandsBack() throws Exception {
        Candidate one = new Candidate("a");
        one.awaitElection();

        row.report(new Master("id-b", "b", "http://b", 2));

        await().atMost(SOON).until(() -> !one.depositions.isEmpty());
        await().atMost(SOON).until(() -> !row.term().leased());
        Candidate two = new Candidate("b");
        two.awaitElection();
        assertThat(one.elections).hasSize(1);
    }

    @Test
    void leaderThatHearsWorkers_keepsTheLead() throws Exception {
        Candidate one = new Candidate("a");
        one.awaitElection();
        row.report(new Master("id-b", "b", "http://b", 2));
        long timer =
                vertx.setPeriodic(
                        50,
                        id -> one.context.runOnContext(on -> one.heard.from(new WorkerId("w"))));

        await().pollDelay(Duration.ofSeconds(5)).atMost(SOON).until(one::holds);

        assertThat(one.depositions).isEmpty();
        vertx.cancelTimer(timer);
    }
}
