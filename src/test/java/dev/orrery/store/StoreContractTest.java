package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.JobReads.JobRow;
import dev.orrery.store.StoreException.Kind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** What every engine of the store must do; {@link JobReadsContractTest} has the reading side. */
public abstract class StoreContractTest {

    private final SplittableRandom random = new SplittableRandom(7);

    @TempDir private Path data;
    private Store store;
    private long epoch;
    private Instant now = Histories.START;

    /** The engine. */
    protected abstract StoreFixture fixture();

    @BeforeEach
    void openStore() throws StoreException {
        store = fixture().open(data, () -> now);
        epoch = Leads.lead(store, "test");
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void everyPrefix_loadsAsItWasCommitted(long seed) throws StoreException {
        RandomLeader leader = new RandomLeader(new SplittableRandom(seed));

        for (int batch = 0; batch < 60; batch++) {
            store.commit(epoch, leader.batch());
            now = leader.now();

            if (batch % 10 == 9) {
                reopen();
            }
            LoadedState loaded = store.load();
            assertThat(loaded).as("seed %d, batch %d", seed, batch).isEqualTo(leader.expected());
        }
        for (List<JobEvent> history : leader.histories()) {
            JobId job = history.getFirst().job();
            assertThat(store.jobs().events(job, 0, 1_000)).isEqualTo(history);
            assertThat(store.jobs().job(job).map(JobRow::lastSeq))
                    .contains(history.getLast().seq());
            assertThat(store.jobs().job(job).map(JobRow::status))
                    .contains(history.getLast().status());
        }
    }

    @Test
    void manyBatches_readsSeeEachOneAtOnce() throws StoreException {
        List<JobId> jobs = new ArrayList<>();
        for (int batch = 0; batch < 30; batch++) {
            List<DurableEvent> events = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                jobs.add(Histories.jobId(random, now));
                events.add(submission(jobs.getLast(), jobs.size()));
            }
            store.commit(epoch, events);

            assertThat(store.jobs().job(jobs.getLast())).isPresent();
        }
        assertThat(store.jobs().counts(Optional.empty())).containsEntry(TaskStatus.QUEUED, 6_000L);
    }

    @Test
    void newerEpoch_fencesTheOlderOne() throws StoreException {
        long newer = Leads.lead(store, "other");

        JobId job = Histories.jobId(random, now);
        assertThat(newer).isGreaterThan(epoch);
        assertThatThrownBy(() -> store.commit(epoch, List.of(submission(job, 1))))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FENCED));
        assertThat(store.jobs().job(job)).isEmpty();

        store.commit(newer, List.of(submission(job, 1)));
        assertThat(store.jobs().job(job)).isPresent();
    }

    @Test
    void epochs_growAcrossReopening() throws StoreException {
        long before = epoch;

        reopen();

        assertThat(Leads.lead(store, "again")).isGreaterThan(before);
    }

    @Test
    void purgedJob_leavesItsNumberAndItsKey() throws StoreException {
        JobId job = Histories.jobId(random, now);
        BlobId input = Histories.blobId(random);
        IdempotencyKey key = new IdempotencyKey("k", "ab");
        JobEvent submitted =
                Histories.submitted(
                        job,
                        now,
                        Histories.spec(
                                "default",
                                "purged",
                                Map.of("team", "red", "tier", "1"),
                                List.of(Histories.stored("in", input))),
                        41,
                        Optional.of(key));
        store.commit(
                epoch,
                List.of(
                        submitted,
                        Histories.assigned(job, 2, now, 1),
                        Histories.over(job, 3, now, 1, 0)));
        assertThat(store.jobs().blobsOf(List.of(job))).containsExactly(input);

        store.commit(epoch, List.of(new DurableEvent.JobsPurged(List.of(job))));

        assertThat(store.jobs().job(job)).isEmpty();
        assertThat(store.jobs().events(job, 0, 10)).isEmpty();
        assertThat(store.jobs().isReferenced(input)).isFalse();
        assertThat(store.load().numbers()).containsEntry(Namespace.DEFAULT, 41L);
        assertThat(store.load().submissions())
                .containsExactly(new LoadedState.Submission(Namespace.DEFAULT, key, job, 41, now));
    }

    @Test
    void submissionPastItsTime_isForgottenAndItsKeyIsFree() throws StoreException {
        IdempotencyKey key = new IdempotencyKey("k", "ab");
        JobId first = Histories.jobId(random, now);
        store.commit(epoch, List.of(keyed(first, 1, key)));

        now = now.plus(Duration.ofHours(24)).plusSeconds(1);
        assertThat(store.load().submissions()).isEmpty();

        JobId second = Histories.jobId(random, now);
        store.commit(epoch, List.of(keyed(second, 2, new IdempotencyKey("k", "cd"))));
        assertThat(store.load().submissions())
                .extracting(LoadedState.Submission::job)
                .containsExactly(second);
    }

    @Test
    void drain_holdsUntilItIsTakenBack() throws StoreException {
        WorkerId worker = new WorkerId("w-9");
        DurableEvent drain = new DurableEvent.WorkerDrainSet(worker, true);
        DurableEvent resume = new DurableEvent.WorkerDrainSet(worker, false);

        store.commit(epoch, List.of(drain, resume, drain));
        reopen();
        assertThat(store.load().draining()).containsExactly(worker);

        store.commit(epoch, List.of(resume));
        assertThat(store.load().draining()).isEmpty();
    }

    @Test
    void blobs_areReferencedByInputsAndOutputs() throws StoreException {
        JobId job = Histories.jobId(random, now);
        BlobId input = Histories.blobId(random);
        BlobId output = Histories.blobId(random);
        AttemptResult result = Histories.result(0, now, List.of(Histories.stored("out/a", output)));
        store.commit(
                epoch,
                List.of(
                        Histories.submitted(
                                job,
                                now,
                                Histories.spec(
                                        "default",
                                        "blobs",
                                        Map.of(),
                                        List.of(Histories.stored("in", input))),
                                1),
                        Histories.assigned(job, 2, now, 1)));
        store.commit(
                epoch,
                List.of(
                        Histories.ended(
                                job,
                                3,
                                TaskStatus.SUCCEEDED,
                                1,
                                result,
                                new JobEvent.Next.Over(TaskStatus.SUCCEEDED, "ok"))));

        assertThat(store.jobs().blobsOf(List.of(job))).containsExactlyInAnyOrder(input, output);
        assertThat(store.jobs().isReferenced(input)).isTrue();
        assertThat(store.jobs().isReferenced(output)).isTrue();
        assertThat(store.jobs().isReferenced(Histories.blobId(random))).isFalse();
        assertThat(store.jobs().isReferenced(input, job)).isTrue();
        assertThat(store.jobs().isReferenced(input, Histories.jobId(random, now))).isFalse();
    }

    @Test
    void row_showsTheLatestAttemptAndTheRound() throws StoreException {
        JobId job = Histories.jobId(random, now);
        JobEvent submitted = submission(job, 5);
        store.commit(epoch, List.of(submitted));
        store.commit(epoch, List.of(Histories.assigned(job, 2, now, 1)));
        store.commit(epoch, List.of(Histories.started(job, 3, now.plusSeconds(1), 1)));
        assertThat(row(job))
                .returns(TaskStatus.RUNNING, JobRow::status)
                .returns(Optional.of("w-1"), JobRow::worker)
                .returns(Optional.of(now.plusSeconds(1)), JobRow::startedAt);

        store.commit(epoch, List.of(Histories.over(job, 4, now.plusSeconds(2), 1, 3)));
        assertThat(row(job))
                .returns(TaskStatus.FAILED, JobRow::status)
                .returns(OptionalInt.of(3), JobRow::exitCode)
                .returns(Optional.of("exit-code"), JobRow::reason)
                .returns(Optional.of(now.plusSeconds(2)), JobRow::endedAt)
                .returns(now, JobRow::submittedAt)
                .returns(4L, JobRow::lastSeq);

        JobEvent.Retried retried =
                new JobEvent.Retried(
                        TaskRange.single(job),
                        ((JobEvent.Submitted) submitted.change()).spec(),
                        5,
                        2,
                        1,
                        "admin");
        store.commit(epoch, List.of(new JobEvent(job, 5, now, TaskStatus.QUEUED, retried)));
        assertThat(row(job))
                .returns(2, JobRow::round)
                .returns(1, JobRow::attempt)
                .returns(Optional.empty(), JobRow::endedAt)
                .returns(Optional.empty(), JobRow::reason)
                .returns(OptionalInt.empty(), JobRow::exitCode);
        assertThat(store.load().live()).hasSize(1);
    }

    private JobRow row(JobId job) throws StoreException {
        return store.jobs().job(job).orElseThrow();
    }

    private JobEvent submission(JobId job, long number) {
        return Histories.submitted(
                job, now, Histories.spec("default", "a job", Map.of(), List.of()), number);
    }

    private JobEvent keyed(JobId job, long number, IdempotencyKey key) {
        return Histories.submitted(
                job,
                now,
                Histories.spec("default", "a job", Map.of(), List.of()),
                number,
                Optional.of(key));
    }

    private void reopen() throws StoreException {
        store.close();
        store = fixture().open(data, () -> now);
        epoch = Leads.lead(store, "test");
    }
}
