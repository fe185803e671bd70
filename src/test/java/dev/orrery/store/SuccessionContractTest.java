package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState.EndedJob;
import dev.orrery.store.JobReads.JobRow;
import dev.orrery.store.StoreException.Kind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What every engine of the store must refuse: events that do not follow on those of their job. */
public abstract class SuccessionContractTest {

    private final SplittableRandom random = new SplittableRandom(11);

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

    @Test
    void secondSubmission_ofAJobThatWentOn_isRefusedWhole() throws StoreException {
        JobId job = Histories.jobId(random, now);
        JobId other = Histories.jobId(random, now);
        JobEvent submitted = submission(job, 1);
        store.commit(epoch, List.of(submitted, Histories.assigned(job, 2, now, 1)));

        assertConflict(submission(other, 2), submitted);
        store.commit(epoch, List.of(Histories.over(job, 3, now, 1, 0)));
        assertConflict(submitted);
        assertThat(store.load().live()).isEmpty();
        assertConflict(submitted);
        reopen();
        assertConflict(submitted);

        assertThat(store.jobs().job(other)).isEmpty();
        assertThat(store.jobs().events(job, 0, 10)).hasSize(3);
        assertThat(row(job)).returns(TaskStatus.SUCCEEDED, JobRow::status);
    }

    @Test
    void secondSubmission_behindManyOthers_isRefused() throws StoreException {
        JobEvent first = submission(Histories.jobId(random, now), 1);
        store.commit(epoch, List.of(first));
        now = now.plusSeconds(1);
        List<DurableEvent> later = new ArrayList<>();
        for (int i = 2; i <= 10_000; i++) {
            later.add(submission(Histories.jobId(random, now), i));
        }
        store.commit(epoch, later);

        assertConflict(first);
        assertConflict((JobEvent) later.getLast());
        reopen();
        assertConflict(first);
        assertConflict((JobEvent) later.getLast());
    }

    @Test
    void lateJob_whoseIdIsOlderThanThousandsOfOthers_isTaken() throws StoreException {
        JobEvent late = submission(Histories.jobId(random, now), 10_001);
        now = now.plusSeconds(1);
        List<DurableEvent> earlier = new ArrayList<>();
        for (int i = 1; i <= 10_000; i++) {
            earlier.add(submission(Histories.jobId(random, now), i));
        }
        store.commit(epoch, earlier);

        store.commit(epoch, List.of(late));

        assertThat(row(late.job())).returns(10_001L, JobRow::number);
        assertConflict(late);
    }

    @Test
    void secondRetry_isRefused() throws StoreException {
        JobId job = Histories.jobId(random, now);
        store.commit(epoch, List.of(submission(job, 1), Histories.assigned(job, 2, now, 1)));
        assertConflict(retried(job, 3));
        store.commit(epoch, List.of(Histories.over(job, 3, now, 1, 1)));
        reopen();

        store.commit(epoch, List.of(retried(job, 4)));

        assertConflict(retried(job, 4));
        assertConflict(retried(job, 5));
        reopen();
        assertConflict(retried(job, 4));
        assertConflict(retried(job, 5));
        assertThat(store.load().live()).extracting(List::size).containsExactly(4);
    }

    @Test
    void removedJob_isNotOpenedAgain() throws StoreException {
        JobId job = Histories.jobId(random, now);
        List<DurableEvent> whole =
                List.of(
                        submission(job, 1),
                        Histories.assigned(job, 2, now, 1),
                        Histories.over(job, 3, now, 1, 1));
        store.commit(epoch, whole);

        store.commit(epoch, List.of(new DurableEvent.JobsPurged(List.of(job))));

        for (int opened = 0; opened < 2; opened++) {
            assertConflict(submission(job, 1));
            assertConflict(retried(job, 4));
            reopen();
        }
        assertThat(store.load().ended()).containsExactly(new EndedJob(job, 1, 0));
    }

    @Test
    void gapInAJobsEvents_isRefused() throws StoreException {
        JobId job = Histories.jobId(random, now);
        store.commit(epoch, List.of(submission(job, 1)));

        assertConflict(Histories.started(job, 3, now, 1));
        assertConflict(submission(job, 1));
    }

    @Test
    void gapAfterLoading_leavesTheJobAsItWas() throws StoreException {
        JobId job = Histories.jobId(random, now);
        store.commit(epoch, List.of(submission(job, 1)));
        store.load();

        commitAGap(store, epoch, Histories.started(job, 3, now, 1));

        assertThat(store.jobs().events(job, 0, 10)).hasSize(1);
        assertThat(row(job)).returns(TaskStatus.QUEUED, JobRow::status);
        assertThat(store.load().live()).extracting(List::size).containsExactly(1);
        store.commit(epoch, List.of(Histories.assigned(job, 2, now, 1)));
        assertThat(row(job)).returns(TaskStatus.ASSIGNED, JobRow::status);
    }

    /** Commits an event that does not follow, and finds it refused, now or with the next one. */
    protected abstract void commitAGap(Store store, long epoch, JobEvent event)
            throws StoreException;

    private void assertConflict(JobEvent... events) {
        assertConflict(store, epoch, events);
    }

    /** Finds events refused. */
    protected static void assertConflict(Store store, long epoch, JobEvent... events) {
        assertThatThrownBy(() -> store.commit(epoch, List.of(events)))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
    }

    private JobEvent retried(JobId job, long seq) {
        return new JobEvent(
                job,
                seq,
                now,
                TaskStatus.QUEUED,
                new JobEvent.Retried(
                        TaskRange.single(job),
                        Histories.spec("default", "a job", Map.of(), List.of()),
                        1,
                        2,
                        1,
                        "admin"));
    }

    private JobRow row(JobId job) throws StoreException {
        return store.jobs().job(job).orElseThrow();
    }

    private JobEvent submission(JobId job, long number) {
        return Histories.submitted(
                job, now, Histories.spec("default", "a job", Map.of(), List.of()), number);
    }

    private void reopen() throws StoreException {
        store.close();
        store = fixture().open(data, () -> now);
        epoch = Leads.lead(store, "test");
    }
}
