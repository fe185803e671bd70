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
import dev.orrery.store.StoreException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Removes what has been kept long enough: records first, then their files. Blocking. */
final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int BATCH_MAX = 500;
    private static final Duration PURGE_TIMEOUT = Duration.ofSeconds(30);

    private final Bus bus;
    private final JobReads jobs;
    private final CentralStore blobs;
    private final LogFiles logs;

    Retention(Bus bus, JobReads jobs, CentralStore blobs, LogFiles logs) {
        this.bus = bus;
        this.jobs = jobs;
        this.blobs = blobs;
        this.logs = logs;
    }

    /** One round: every job whose time is over, then bytes to which nothing refers. */
    void run() {
        try {
            List<JobId> over = jobs.pastRetention(Instant.now(), BATCH_MAX);
            while (!over.isEmpty() && purge(over)) {
                over = jobs.pastRetention(Instant.now(), BATCH_MAX);
            }
            blobs.sweep();
        } catch (StoreException | IOException fault) {
            LOG.atWarn().setCause(fault).log("retention did not finish; it will be tried again");
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
