package dev.orrery.node;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.store.CentralStore;
import dev.orrery.store.JobReads;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Removes what has been kept long enough: records first, which the leader does, then their files,
 * which each master does with its own. Blocking.
 */
final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int BATCH_MAX = 500;
    private static final Duration PURGE_TIMEOUT = Duration.ofSeconds(30);

    /** With a round a minute, a job's output is looked at twice an hour. */
    private static final int SHELVES_A_ROUND = LogFiles.SHELVES / 32;

    /** Well past any wait for one to come back, which would only make a token anew. */
    private static final Duration MASTER_GONE = Duration.ofDays(7);

    private final Bus bus;
    private final Store store;
    private final JobReads jobs;
    private final CentralStore blobs;
    private final LogFiles logs;
    private final Duty duty;

    /** A round that takes longer than the pause between two is not overtaken. */
    private final ReentrantLock round = new ReentrantLock();

    private int shelf;

    /**
     * What this master does of it just now.
     *
     * @param leads whether it removes records
     * @param sweeps whether it removes bytes to which nothing refers: its own, or, where all
     *     masters share one directory, those of all
     */
    record Duty(BooleanSupplier leads, BooleanSupplier sweeps) {}

    Retention(Bus bus, Store store, CentralStore blobs, LogFiles logs, Duty duty) {
        this.bus = bus;
        this.store = store;
        this.jobs = store.jobs();
        this.blobs = blobs;
        this.logs = logs;
        this.duty = duty;
    }

    /** One round: every job whose time is over, then bytes to which nothing refers. */
    void run() {
        if (!round.tryLock()) {
            return;
        }
        try {
            if (duty.leads.getAsBoolean()) {
                purge();
                forgetMasters();
            }
            if (duty.sweeps.getAsBoolean()) {
                sweep();
            }
        } catch (StoreException | IOException fault) {
            LOG.atWarn().setCause(fault).log("retention did not finish; it will be tried again");
        } finally {
            round.unlock();
        }
    }

    /** With a master that does not come back goes its administrator's token. */
    private void forgetMasters() throws StoreException {
        for (String gone : store.masters().forget(MASTER_GONE)) {
            store.tokens().revoke(MasterParts.adminOf(gone));
            LOG.atInfo().addKeyValue("master", gone).log("a master is forgotten");
        }
    }

    /**
     * A database that has lost commits says so in its term, and lacks jobs that have bytes here.
     */
    private void sweep() throws StoreException, IOException {
        store.leaderRow().term();
        for (int i = 0; i < SHELVES_A_ROUND; i++) {
            blobs.sweep(shelf);
            sweepLogs(shelf);
            shelf = (shelf + 1) % LogFiles.SHELVES;
        }
    }

    private void purge() throws StoreException, IOException {
        List<JobId> over = jobs.pastRetention(Instant.now(), BATCH_MAX);
        while (!over.isEmpty() && duty.leads.getAsBoolean() && purge(over)) {
            over = jobs.pastRetention(Instant.now(), BATCH_MAX);
        }
    }

    /** Another master may have removed the records, and one that was away has missed it. */
    private void sweepLogs(int number) throws StoreException, IOException {
        List<JobId> quiet = logs.quiet(number);
        if (quiet.isEmpty()) {
            return;
        }
        List<JobId> unknown = new ArrayList<>(quiet);
        unknown.removeAll(jobs.known(quiet));
        if (!unknown.isEmpty()) {
            logs.remove(unknown);
        }
    }

    private boolean purge(List<JobId> over) throws StoreException, IOException {
        List<BlobId> held = jobs.blobsOf(over);
        try {
            Message reply =
                    bus.request(Address.SCHEDULER, new SchedulerRequest.Purge(over), PURGE_TIMEOUT)
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(PURGE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            if (!(reply instanceof SchedulerReply.Done)) {
                return false;
            }
        } catch (TimeoutException | ExecutionException fault) {
            throw new IOException("the scheduler did not answer", fault);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
        for (BlobId blob : held) {
            blobs.discard(blob);
        }
        logs.remove(over);
        LOG.atInfo().addKeyValue("jobs", over.size()).log("removed after their retention");
        return true;
    }
}
