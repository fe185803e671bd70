package dev.orrery.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orrery.bus.Address;
import dev.orrery.bus.LeaderBus;
import dev.orrery.bus.VertxBus;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.model.JobId;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.scheduling.Sample;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.LogFiles;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.sqlite.SqliteStore;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A leader whose store refuses: what its clients hear, and what becomes of its epochs. */
final class StoreFaultsTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration FULL_FOR = Duration.ofSeconds(3);

    private final Settings settings = SettingsReader.of(Map.of());
    private final AtomicBoolean stopped = new AtomicBoolean();

    @TempDir private Path data;
    private Vertx vertx;
    private LeaderBus bus;
    private RefusingStore store;
    private LogFiles logs;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        bus = new LeaderBus(vertx, new VertxBus(vertx));
        store = new RefusingStore(SqliteStore.open(data, settings.storage()));
        logs = new FileLogFiles(data);
    }

    @AfterEach
    void stop() throws Exception {
        get(vertx.close());
        logs.close();
        store.close();
    }

    @Test
    void fullStore_isSaidAtOnce_loadedWithPauses_andRecoversByItself() throws Exception {
        lead();
        store.refuseCommits(Optional.of(Kind.FULL));

        int loadsBefore = store.loads();
        long end = System.nanoTime() + FULL_FOR.toNanos();
        for (int number = 1; System.nanoTime() - end < 0; number++) {
            SchedulerReply reply = submit(number);
            assertThat(reply).isInstanceOf(SchedulerReply.Refused.class);
            assertThat(((SchedulerReply.Refused) reply).problem().code())
                    .isEqualTo(ProblemCode.STORE_FULL);
        }
        int loads = store.loads() - loadsBefore;
        store.refuseCommits(Optional.empty());
        await().atMost(SOON).until(() -> submit(1_000_000) instanceof SchedulerReply.Accepted);

        assertThat(loads).as("one at once, and then one a second").isBetween(1, 4);
        assertThat(stopped).isFalse();
    }

    @Test
    void damageThatIsFoundAtTheStart_failsItAndSaysWhy() {
        store.refuseLoads(Kind.BROKEN);

        assertThatThrownBy(this::lead).hasMessageContaining("as the test wants: BROKEN");
    }

    @Test
    void fencedCommit_endsTheEpoch_andTheNextAnswersTheRequest() throws Exception {
        lead();
        store.refuseNextCommit(Kind.FENCED);

        assertThat(submit(1)).isInstanceOf(SchedulerReply.Accepted.class);

        assertThat(epoch()).isEqualTo(2);
        assertThat(stopped).isFalse();
    }

    @Test
    void damageThatIsFoundWhenLoading_stopsTheNode() throws Exception {
        lead();
        store.refuseLoads(Kind.BROKEN);
        store.refuseCommits(Optional.of(Kind.CONFLICT));

        bus.request(Address.SCHEDULER, submission(1), Duration.ofSeconds(1));

        await().atMost(SOON).untilTrue(stopped);
    }

    @Test
    void storeThatLostEpochs_failsTheStartAndSaysWhy() {
        store.refuseTerms(Kind.BROKEN);

        assertThatThrownBy(this::lead).hasMessageContaining("as the test wants: BROKEN");

        assertThat(stopped).isFalse();
    }

    private void lead() throws Exception {
        SchedulerVerticle verticle =
                Leading.scheduler(bus, store, logs, settings, () -> stopped.set(true));
        get(vertx.deployVerticle(verticle));
    }

    private static SchedulerRequest.Submit submission(int number) {
        JobId job = new JobId(new UUID(0x01a2_0179_eacb_7000L, number));
        return new SchedulerRequest.Submit(job, Sample.spec().make(), Optional.empty());
    }

    private SchedulerReply submit(int number) throws Exception {
        return (SchedulerReply) get(bus.request(Address.SCHEDULER, submission(number), SOON));
    }

    private long epoch() throws Exception {
        SchedulerReply reply =
                (SchedulerReply)
                        get(
                                bus.request(
                                        Address.SCHEDULER,
                                        new SchedulerRequest.DescribeCluster(),
                                        SOON));
        return ((SchedulerReply.Cluster) reply).view().epoch();
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.await(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }
}
