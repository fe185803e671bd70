package dev.orrery.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orrery.bus.Address;
import dev.orrery.bus.LeaderBus;
import dev.orrery.bus.VertxBus;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.execution.Executor;
import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.TaskRange;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerCommand.Assignment;
import dev.orrery.protocol.WorkerCommandReply;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerReply;
import dev.orrery.scheduling.Sample;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A worker whose leader falls silent until its fence, or is followed by another. */
final class FencedWorkerTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Settings settings =
            SettingsReader.of(
                    Map.of(
                            "scheduling.heartbeat", "50ms",
                            "scheduling.fence", "400ms",
                            "scheduling.fenceKill", "15s",
                            "scheduling.lease", "20s"));

    private final RecordingExecutor executor = new RecordingExecutor();
    private final AtomicLong session = new AtomicLong();
    private Vertx vertx;
    private LeaderBus bus;
    private volatile boolean silent;
    private volatile long acknowledging = 1;

    /** Starts everything and ends nothing. */
    private static final class RecordingExecutor implements Executor {
        private final List<Assignment> started = new CopyOnWriteArrayList<>();
        private final List<Runnable> ends = new CopyOnWriteArrayList<>();
        private final List<StopReason> stopped = new CopyOnWriteArrayList<>();

        @Override
        public Execution start(Assignment assignment, Listener listener) {
            ends.add(() ->
                    listener.ended(
                            assignment.attempt(),
                            Sample.result(new Outcome.Exited(0), Sample.START, Duration.ZERO),
                            Optional.empty()));
            started.add(assignment);
            return new Execution() {
                @Override
                public void stop(StopReason reason) {
                    stopped.add(reason);
                }

                @Override
                public void kill(StopReason reason) {
                    stopped.add(reason);
                }
            };
        }

        void endFirst() {
            ends.getFirst().run();
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
        get(bus.serve(Address.SCHEDULER, this::answer).ready());
        WorkerVerticle worker =
                new WorkerVerticle(
                        bus,
                        new WorkerVerticle.Parts(
                                Sample.WORKER,
                                1,
                                Sample.offer(2),
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
    }

    private Future<Message> answer(Message message) {
        if (silent) {
            return Promise.<Message>promise().future();
        }
        return switch ((WorkerMessage) message) {
            case WorkerMessage.Hello it -> {
                session.set(it.session());
                yield Future.succeededFuture(new WorkerReply.Welcome(1, List.of()));
            }
            case WorkerMessage.Heartbeat it ->
                    Future.succeededFuture(new WorkerReply.Renewed(1, List.of()));
            case WorkerMessage.Reports it ->
                    Future.succeededFuture(new WorkerReply.Acknowledged(acknowledging, it.seq()));
            case WorkerMessage.Goodbye it -> Future.failedFuture("no answer is needed");
        };
    }

    @Test
    void assignmentBeyondTheFence_isNeitherTakenNorDeclined_andStartsOnceTheLeaseGoesOn()
            throws Exception {
        assertThat(assign(1)).isEqualTo(new WorkerCommandReply.Taken(1));
        await().atMost(SOON).until(() -> executor.started.size() == 1);
        silent = true;
        await().atMost(SOON).until(() -> executor.stopped.contains(StopReason.LEASE_LOST));

        assertThatThrownBy(() -> assign(2)).hasMessageContaining("the lease is over");
        assertThat(executor.started).hasSize(1);

        silent = false;
        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> assign(2).equals(new WorkerCommandReply.Taken(2)));
        await().atMost(SOON).until(() -> executor.started.size() == 2);
        assertThat(assign(2)).as("the same again").isEqualTo(new WorkerCommandReply.Taken(2));
        assertThat(executor.started).hasSize(2);
    }

    /** Each counts its batches from 1, also when both have welcomed the same session. */
    @Test
    void firstBatchOfTheNextLeader_isNoRepetitionOfTheLastOnes() throws Exception {
        assertThat(assign(1, 1, 1)).isEqualTo(new WorkerCommandReply.Taken(1));

        assertThat(assign(2, 1, 2)).isEqualTo(new WorkerCommandReply.Taken(1));

        await().atMost(SOON).until(() -> executor.started.size() == 2);
    }

    /** The last leader does not know of the end, and would send the attempt again. */
    @Test
    void leaderThatIsFollowedByTheOneThatAcknowledged_startsNothingAgain() throws Exception {
        acknowledging = 2;
        assertThat(assign(1, 1, 1)).isEqualTo(new WorkerCommandReply.Taken(1));
        await().atMost(SOON).until(() -> executor.started.size() == 1);
        executor.endFirst();

        await().atMost(SOON)
                .until(() ->
                        assign(1, 2, 1)
                                .equals(
                                        new WorkerCommandReply.Declined(
                                                "a newer leader is known")));
        assertThat(executor.started.stream().map(Assignment::attempt).distinct())
                .hasSameSizeAs(executor.started);
    }

    private Message assign(int seq) throws Exception {
        return assign(1, seq, seq);
    }

    private Message assign(long epoch, int seq, int number) throws Exception {
        JobId job = new JobId(new UUID(0x01a2_0179_eacb_7000L, number));
        Assignment assignment =
                new Assignment(
                        new AttemptId(TaskRange.single(job), 1),
                        Sample.spec().make(),
                        number,
                        "token",
                        "http://127.0.0.1:1");
        return get(
                bus.request(
                        Address.worker(Sample.WORKER, 1),
                        new WorkerCommand.Assign(epoch, 1, session.get(), seq, List.of(assignment)),
                        SOON));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.await(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }
}
