package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.JobId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.store.LeaderRow.Holder;
import dev.orrery.store.LeaderRow.Term;
import dev.orrery.store.StoreException.Kind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What every engine's row of the leader must do. */
public abstract class LeaderRowContractTest {

    /** Longer than any test. */
    protected static final Duration LONG = Duration.ofMinutes(5);

    protected static final Holder ONE = new Holder("node-1", "http://127.0.0.1:1");

    private final SplittableRandom random = new SplittableRandom(7);

    @TempDir private Path data;
    private Store store;

    /** The engine. */
    protected abstract StoreFixture fixture();

    @BeforeEach
    void openStore() throws StoreException {
        store = fixture().open(data, InstantSource.system());
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void newStore_hasNoLeader() throws StoreException {
        assertThat(store.leaderRow().term()).isEqualTo(new Term(0, new Holder("", ""), false));
    }

    @Test
    void term_tellsWhoLeads() throws StoreException {
        long epoch = store.leaderRow().acquire(ONE, LONG).orElseThrow();

        assertThat(epoch).isEqualTo(1);
        assertThat(store.leaderRow().term()).isEqualTo(new Term(epoch, ONE, true));
    }

    @Test
    void sameHolder_leadsAgainInANewEpochWhileItsLeaseRuns() throws StoreException {
        long first = store.leaderRow().acquire(ONE, LONG).orElseThrow();

        long second = store.leaderRow().acquire(ONE, LONG).orElseThrow();

        assertThat(second).isGreaterThan(first);
        assertFenced(() -> commit(store, first));
        commit(store, second);
    }

    @Test
    void renewal_ofAnOldEpochIsFenced() throws StoreException {
        long first = store.leaderRow().acquire(ONE, LONG).orElseThrow();
        long second = store.leaderRow().acquire(ONE, LONG).orElseThrow();

        store.leaderRow().renew(second, LONG);

        assertFenced(() -> {
            store.leaderRow().renew(first, LONG);
            return true;
        });
    }

    @Test
    void resignation_endsTheLeaseOfItsEpochOnly() throws StoreException {
        long first = store.leaderRow().acquire(ONE, LONG).orElseThrow();
        long second = store.leaderRow().acquire(ONE, LONG).orElseThrow();

        store.leaderRow().resign(first);
        assertThat(store.leaderRow().term().leased()).isTrue();

        store.leaderRow().resign(second);
        assertThat(store.leaderRow().term()).isEqualTo(new Term(second, ONE, false));
    }

    @Test
    void epochs_riseStrictlyUnderConcurrentCandidates() throws Exception {
        ConcurrentLinkedQueue<Long> epochs = new ConcurrentLinkedQueue<>();
        List<Future<?>> candidates = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                Holder candidate = new Holder("node-" + i, "http://127.0.0.1:" + i);
                candidates.add(
                        threads.submit(() -> {
                            for (int turn = 0; turn < 10; turn++) {
                                var epoch = store.leaderRow().acquire(candidate, LONG);
                                if (epoch.isPresent()) {
                                    epochs.add(epoch.get());
                                    store.leaderRow().resign(epoch.get());
                                }
                            }
                            return true;
                        }));
            }
        }
        for (Future<?> candidate : candidates) {
            candidate.get();
        }

        assertThat(epochs).isNotEmpty().doesNotHaveDuplicates();
        assertThat(store.leaderRow().term().epoch()).isEqualTo(epochs.size());
    }

    @Test
    void masters_areAliveOnceTheyReported() throws StoreException {
        Masters.Master self = new Masters.Master("id-1", "node-1", "http://127.0.0.1:1", 3);
        store.masters().report(new Masters.Master("id-1", "node-0", "http://127.0.0.1:0", 0));

        store.masters().report(self);

        assertThat(store.masters().alive(LONG)).containsExactly(self);
    }

    /** Commits a submission that nobody else makes. */
    protected final JobId commit(Store by, long epoch) throws StoreException {
        JobId job = Histories.jobId(random, Histories.START);
        by.commit(epoch, List.of(submission(job)));
        return job;
    }

    /** The submission of a job. */
    protected static DurableEvent submission(JobId job) {
        return Histories.submitted(
                job, Histories.START, Histories.spec("default", "job", Map.of(), List.of()), 1);
    }

    /** Finds a call fenced. */
    protected static void assertFenced(Callable<?> call) {
        assertThatThrownBy(call::call)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FENCED));
    }
}
