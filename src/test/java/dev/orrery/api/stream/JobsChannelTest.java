package dev.orrery.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.bus.Address;
import dev.orrery.bus.VertxBus;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Principal;
import dev.orrery.protocol.TopicMessage.TopicEvent;
import dev.orrery.scheduling.Sample;

import io.vertx.core.Vertx;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** How much a reader of the list of jobs is told when much happens. */
final class JobsChannelTest {
    private static final Instant AT = Instant.parse("2027-01-01T00:00:00Z");

    private final List<Frame> told = new ArrayList<>();
    private final List<Runnable> pauses = new ArrayList<>();
    private Vertx vertx;
    private JobsChannel channel;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        Upstream upstream = new Upstream(new VertxBus(vertx), new Address("test.proxy"));
        channel = new JobsChannel(Optional.empty(), upstream, pauses::add);
        channel.add(new Reader());
        told.clear();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void firstChange_isToldAtOnceAndLaterOnesAfterThePause() {
        submitted(1);
        assigned(1);
        ended(1);

        assertThat(told).hasSize(1);
        assertThat(told.getFirst().json()).contains("QUEUED");

        endPause();

        assertThat(told).hasSize(2);
        assertThat(told.getLast().json()).contains("SUCCEEDED", "\"worker\":\"w-1\"");
    }

    @Test
    void manyJobs_areToldUpToABoundAndCountedBeyondIt() {
        for (int job = 0; job < 1_000; job++) {
            submitted(job);
        }
        endPause();

        assertThat(told).hasSize(1 + 200 + 1);
        assertThat(told.getLast().type()).isEqualTo("skipped");
        assertThat(told.getLast().json()).contains("\"count\":799");
    }

    @Test
    void nothingNew_isNotTold() {
        submitted(1);

        endPause();
        endPause();

        assertThat(told).hasSize(1);
        assertThat(pauses).isEmpty();
    }

    private void endPause() {
        List<Runnable> due = List.copyOf(pauses);
        pauses.clear();
        due.forEach(Runnable::run);
    }

    private void submitted(int job) {
        happened(
                job,
                1,
                TaskStatus.QUEUED,
                new JobEvent.Submitted(Sample.spec().make(), job + 1L, Optional.empty()));
    }

    private void assigned(int job) {
        TaskRange tasks = TaskRange.single(id(job));
        happened(
                job,
                2,
                TaskStatus.ASSIGNED,
                new JobEvent.Assigned(tasks, 1, new WorkerId("w-1"), 1));
    }

    private void ended(int job) {
        TaskRange tasks = TaskRange.single(id(job));
        happened(job, 3, TaskStatus.SUCCEEDED, new JobEvent.Started(tasks, 1, AT));
    }

    private void happened(int job, long seq, TaskStatus status, JobEvent.Change change) {
        JobEvent event = new JobEvent(id(job), seq, AT, status, change);
        channel.event(new TopicEvent.JobChanged(Namespace.DEFAULT, event));
    }

    private static JobId id(int job) {
        return new JobId(new UUID(7, job));
    }

    /** Keeps what it is told. */
    private final class Reader implements Subscriber {
        @Override
        public Principal principal() {
            return new Principal("test", Principal.Role.VIEWER, Optional.empty());
        }

        @Override
        public Optional<String> token() {
            return Optional.empty();
        }

        @Override
        public void deliver(Frame frame) {
            told.add(frame);
        }

        @Override
        public boolean hasRoom() {
            return true;
        }
    }
}
