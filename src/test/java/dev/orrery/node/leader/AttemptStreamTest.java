package dev.orrery.node.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.Outcome;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptChange;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.TopicMessage.TopicEvent.AttemptsChanged;
import dev.orrery.scheduling.Effect;
import dev.orrery.scheduling.Sample;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What watchers of all attempts are told, and how little of it when too much happens. */
final class AttemptStreamTest {
    private static final WorkerId WORKER = new WorkerId("w-1");
    private static final Instant AT = Instant.parse("2027-01-01T00:00:00Z");
    private static final Namespace OTHER = new Namespace("other");

    private final AttemptStream stream = new AttemptStream();

    @BeforeEach
    void watch() {
        stream.setWatched(true);
    }

    @Test
    void attempt_isToldWhenItStartsAndWhenItEnds() {
        stream.assigned(assign(1));
        start(1);
        end(1);

        AttemptsChanged told = stream.changes(Optional.empty());

        assertThat(told.changes())
                .extracting(AttemptChange::status, AttemptChange::number)
                .containsExactly(tuple(TaskStatus.RUNNING, 1L), tuple(TaskStatus.SUCCEEDED, 1L));
        assertThat(told.skipped()).isZero();
    }

    @Test
    void attemptThatThisLeaderDidNotGive_isToldWithoutName() {
        end(7);

        assertThat(stream.changes(Optional.empty()).changes())
                .extracting(AttemptChange::name, AttemptChange::number)
                .containsExactly(tuple("", 0L));
    }

    @Test
    void manyEnds_areSampledEvenlyAndCounted() {
        for (int i = 0; i < 10_000; i++) {
            end(i);
        }

        AttemptsChanged told = stream.changes(Optional.empty());

        assertThat(told.changes())
                .hasSizeBetween(AttemptStream.ENDS_MAX / 2, AttemptStream.ENDS_MAX);
        assertThat(told.changes().size() + told.skipped()).isEqualTo(10_000);
        assertThat(numberOf(told.changes().getLast())).isGreaterThan(9_000);
    }

    @Test
    void endOfAnAttemptWhoseStartWasTold_isAlwaysTold() {
        for (int i = 0; i < 1_000; i++) {
            stream.assigned(assign(i));
            start(i);
        }
        Set<AttemptId> started = new HashSet<>();
        stream.changes(Optional.empty()).changes().forEach(it -> started.add(it.attempt()));
        stream.clear();
        for (int i = 0; i < 1_000; i++) {
            end(i);
        }

        Set<AttemptId> ended = new HashSet<>();
        stream.changes(Optional.empty()).changes().forEach(it -> ended.add(it.attempt()));

        assertThat(started).hasSize(AttemptStream.STARTS_MAX);
        assertThat(ended).containsAll(started);
    }

    @Test
    void otherNamespace_seesNothing() {
        end(1);

        assertThat(stream.changes(Optional.of(OTHER)).changes()).isEmpty();
        assertThat(stream.changes(Optional.of(Namespace.DEFAULT)).changes()).hasSize(1);
    }

    @Test
    void nobodyWatches_nothingIsGathered() {
        stream.setWatched(false);

        end(1);

        assertThat(stream.changes(Optional.empty()).changes()).isEmpty();
    }

    private void start(int number) {
        TaskRange tasks = TaskRange.single(job(number));
        happened(number, TaskStatus.RUNNING, new JobEvent.Started(tasks, 1, AT));
    }

    private void end(int number) {
        happened(
                number,
                TaskStatus.SUCCEEDED,
                new JobEvent.AttemptEnded(
                        TaskRange.single(job(number)),
                        1,
                        WORKER,
                        AttemptResult.without(new Outcome.Exited(0), AT),
                        new JobEvent.Next.Over(TaskStatus.SUCCEEDED, "completed")));
    }

    private void happened(int number, TaskStatus status, JobEvent.Change change) {
        stream.happened(
                new JobEvent(job(number), 3, AT, status, change), Optional.of(Namespace.DEFAULT));
    }

    private static Effect.Assign assign(int number) {
        AttemptId attempt = new AttemptId(TaskRange.single(job(number)), 1);
        return new Effect.Assign(WORKER, 1, 1, attempt, Sample.spec().make(), number);
    }

    private static JobId job(int number) {
        return new JobId(new UUID(7, number));
    }

    private static long numberOf(AttemptChange change) {
        return change.attempt().job().value().getLeastSignificantBits();
    }
}
