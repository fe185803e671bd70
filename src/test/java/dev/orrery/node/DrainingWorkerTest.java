package dev.orrery.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.bus.Address;
import dev.orrery.bus.LeaderBus;
import dev.orrery.bus.VertxBus;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.execution.Executor;
import dev.orrery.model.JobId;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerCommand.Assignment;
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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A worker, under a scheduler over its real store, one of whose attempts cannot be killed. */
final class DrainingWorkerTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Settings settings = SettingsReader.of(Map.of());
    private final UnkillableExecutor executor = new UnkillableExecutor();

    @TempDir private Path data;
    private Vertx vertx;
    private LeaderBus bus;
    private Store store;
    private LogFiles logs;

    /** Whatever it starts ends at once, and leaves processes behind. */
    private static final class UnkillableExecutor implements Executor {

        private final List<Assignment> started = new CopyOnWriteArrayList<>();

        @Override
        public Execution start(Assignment assignment, Listener listener) {
            started.add(assignment);
            listener.ended(
                    assignment.attempt(),
                    AttemptResult.without(Outcome.WorkerFault.UNKILLABLE, Instant.now()),
                    Optional.empty());
            return new Execution() {
                @Override
                public void stop(StopReason reason) {}

                @Override
                public void kill(StopReason reason) {}
            };
        }

        @Override
        public int killLeftovers() {
            return 0;
        }

        @Override
        public String limits() {
            return "none";
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        bus = new LeaderBus(vertx, new VertxBus(vertx));
        store = SqliteStore.open(data, settings.storage());
        logs = new FileLogFiles(data);
        SchedulerVerticle scheduler = Leading.scheduler(bus, store, logs, settings, () -> {});
        get(vertx.deployVerticle(scheduler));
        WorkerVerticle worker =
                new WorkerVerticle(
                        bus,
                        new WorkerVerticle.Parts(
                                Sample.WORKER,
                                1,
                                Sample.offer(1),
                                executor,
                                settings.scheduling(),
                                Duration.ZERO,
                                Duration.ZERO,
                                "",
                                () -> {}));
        get(vertx.deployVerticle(worker));
        get(worker.whenJoined());
    }

    @AfterEach
    void stop() throws Exception {
        get(vertx.close());
        logs.close();
        store.close();
    }

    @Test
    void unkillableProcess_drainsItsWorkerWhichSaysSo() throws Exception {
        JobId first = job(1);
        ask(new SchedulerRequest.Submit(first, Sample.spec().make(), Optional.empty()));
        await().atMost(SOON).until(() -> state() == ClusterView.NodeState.DRAINED);

        JobId second = job(2);
        ask(new SchedulerRequest.Submit(second, Sample.spec().make(), Optional.empty()));

        SchedulerReply explained = ask(new SchedulerRequest.Explain(second));
        assertThat(explained)
                .isEqualTo(
                        new SchedulerReply.Explained(
                                second, TaskStatus.QUEUED, List.of("every worker is draining")));
        assertThat(executor.started).extracting(it -> it.attempt().job()).containsOnly(first);
    }

    private ClusterView.NodeState state() throws Exception {
        SchedulerReply reply = ask(new SchedulerRequest.DescribeCluster());
        return ((SchedulerReply.Cluster) reply).view().nodes().getFirst().state();
    }

    private static JobId job(int number) {
        return new JobId(new UUID(0x01a20179eacb7000L, Long.MIN_VALUE + number));
    }

    private SchedulerReply ask(Message request) throws Exception {
        return (SchedulerReply) get(bus.request(Address.SCHEDULER, request, SOON));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.await(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }
}
