package dev.orrery.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.bus.Address;
import dev.orrery.bus.LeaderBus;
import dev.orrery.bus.VertxBus;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.scheduling.Sample;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A scheduler over its real store, and requests that come again after it was started anew. */
final class LateRequestsTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final JobId JOB =
            new JobId(UUID.fromString("01a20179-eacb-7000-94fb-589ae1cda671"));

    private final Settings settings = SettingsReader.of(Map.of());
    private final AtomicBoolean stopped = new AtomicBoolean();

    @TempDir private Path data;
    private Vertx vertx;
    private LeaderBus bus;
    private Store store;
    private LogFiles logs;
    private String scheduler;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        bus = new LeaderBus(vertx, new VertxBus(vertx));
        lead();
    }

    @AfterEach
    void stop() throws Exception {
        stepDown();
        get(vertx.close());
    }

    @Test
    void submissionOfAnEndedJob_afterARestart_isAnsweredAsTheFirstAndQueuesNothing()
            throws Exception {
        SchedulerRequest.Submit submit =
                new SchedulerRequest.Submit(JOB, Sample.spec().make(), Optional.empty());
        SchedulerReply first = ask(submit);
        ask(new SchedulerRequest.Cancel(JOB, "tester"));
        List<JobEvent> before = store.jobs().events(JOB, 0, 100);

        stepDown();
        lead();
        SchedulerReply second = ask(submit);

        assertThat(second).isEqualTo(first).isEqualTo(new SchedulerReply.Accepted(JOB, 1, false));
        assertThat(store.jobs().events(JOB, 0, 100)).isEqualTo(before);
        assertNothingIsLive();
    }

    @Test
    void keyOfAnEndedJob_afterARestart_givesItsIdAndQueuesNothing() throws Exception {
        Optional<IdempotencyKey> key = Optional.of(new IdempotencyKey("k", "00"));
        JobId other = new JobId(UUID.fromString("01a20179-eacb-7000-94fb-589ae1cda672"));
        ask(new SchedulerRequest.Submit(JOB, Sample.spec().make(), key));
        ask(new SchedulerRequest.Cancel(JOB, "tester"));

        stepDown();
        lead();
        SchedulerReply second = ask(new SchedulerRequest.Submit(other, Sample.spec().make(), key));

        assertThat(second).isEqualTo(new SchedulerReply.Accepted(JOB, 1, true));
        assertThat(store.jobs().job(other)).isEmpty();
        assertNothingIsLive();
    }

    @Test
    void submissionThatOnlyTheStoreKnows_isAnsweredAfterALoad() throws Exception {
        JobEvent.Submitted submitted =
                new JobEvent.Submitted(Sample.spec().make(), 7, Optional.empty());
        JobEvent.Ended ended =
                new JobEvent.Ended(TaskRange.single(JOB), TaskStatus.CANCELLED, "cancelled");
        store.commit(
                view().epoch(),
                List.of(
                        new JobEvent(JOB, 1, Sample.START, TaskStatus.QUEUED, submitted),
                        new JobEvent(JOB, 2, Sample.START, TaskStatus.CANCELLED, ended)));
        SchedulerRequest.Submit submit =
                new SchedulerRequest.Submit(JOB, submitted.spec(), Optional.empty());

        SchedulerReply answer = ask(submit);

        assertThat(answer).isEqualTo(new SchedulerReply.Accepted(JOB, 7, false));
        assertThat(store.jobs().events(JOB, 0, 100)).hasSize(2);
        assertThat(store.load().numbers()).containsEntry(Namespace.DEFAULT, 7L);
        assertNothingIsLive();
        assertThat(stopped).isFalse();
    }

    private void lead() throws Exception {
        store = SqliteStore.open(data, settings.storage());
        logs = new FileLogFiles(data);
        SchedulerVerticle verticle =
                Leading.scheduler(bus, store, logs, settings, () -> stopped.set(true));
        scheduler = get(vertx.deployVerticle(verticle));
    }

    private void stepDown() throws Exception {
        get(vertx.undeploy(scheduler));
        logs.close();
        store.close();
    }

    private void assertNothingIsLive() throws Exception {
        assertThat(view())
                .returns(0L, ClusterView::queued)
                .returns(0L, ClusterView::waiting)
                .returns(0L, ClusterView::assigned)
                .returns(0L, ClusterView::running);
    }

    private ClusterView view() throws Exception {
        SchedulerReply reply = ask(new SchedulerRequest.DescribeCluster());
        return ((SchedulerReply.Cluster) reply).view();
    }

    private SchedulerReply ask(Message request) throws Exception {
        return (SchedulerReply) get(bus.request(Address.SCHEDULER, request, SOON));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.await(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }
}
