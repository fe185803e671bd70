package dev.orrery.store.replica;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.store.CentralStore;
import dev.orrery.store.Copies.Scarcity;
import dev.orrery.store.LogFiles;
import dev.orrery.store.LogFiles.Log;
import dev.orrery.store.Masters.Master;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes up for copies that were lost with their masters: what this one has and too few others do is
 * sent to one more, a bounded amount at a time. Blocking.
 */
public final class CopyRound {

    private static final Logger LOG = LoggerFactory.getLogger(CopyRound.class);

    private static final int ITEMS_MAX = 200;

    /** With a round a minute, some 4 MiB a second. */
    private static final long BYTES_MAX = 256L * 1024 * 1024;

    /** So many rounds with the same masters alive: one that only restarts is not made up for. */
    private static final int STEADY_ROUNDS = 3;

    private static final int FORGET_ROUNDS = 60;

    /** Longer than any upload waits for its reference. */
    private static final Duration FORGET_AFTER = Duration.ofDays(2);

    private final CentralStore blobs;
    private final LogFiles logs;
    private final Replicas replicas;

    /** A round that takes longer than the pause between two is not overtaken. */
    private final ReentrantLock round = new ReentrantLock();

    private Optional<BlobId> lastBlob = Optional.empty();
    private Optional<JobId> lastJob = Optional.empty();
    private Set<String> livingBefore = Set.of();
    private int steadyRounds;
    private boolean isComplete;
    private int rounds;

    CopyRound(CentralStore blobs, LogFiles logs, Replicas replicas) {
        this.blobs = blobs;
        this.logs = logs;
        this.replicas = replicas;
    }

    /** One round over what comes next; it begins again from the first after the last. */
    public void run() {
        if (!round.tryLock()) {
            return;
        }
        try {
            List<String> living = replicas.peers().living();
            observe(Set.copyOf(living));
            if (steadyRounds >= STEADY_ROUNDS && !isComplete && living.size() >= replicas.min()) {
                makeUp(living);
            }
            if (rounds++ % FORGET_ROUNDS == 0) {
                replicas.tell(copies -> copies.forget(FORGET_AFTER));
            }
        } catch (IOException fault) {
            LOG.atWarn().setCause(fault).log("lost copies were not made up for; tried again");
        } finally {
            round.unlock();
        }
    }

    /**
     * What is kept is on enough of those who live then, so only a change makes something scarce.
     */
    private void observe(Set<String> living) {
        if (!living.equals(livingBefore)) {
            livingBefore = living;
            steadyRounds = 0;
            isComplete = false;
        }
        steadyRounds++;
    }

    private void makeUp(List<String> living) throws IOException {
        Scarcity question = new Scarcity(replicas.self(), living, replicas.min(), ITEMS_MAX);
        isComplete = true;
        int made = copyBlobs(question) + copyLogs(question);
        if (made > 0) {
            LOG.atInfo().addKeyValue("copies", made).log("made up for lost copies");
        }
    }

    private int copyBlobs(Scarcity question) throws IOException {
        List<BlobId> scarce = replicas.ask(copies -> copies.scarce(question, lastBlob));
        long bytesLeft = BYTES_MAX;
        int made = 0;
        lastBlob = Optional.empty();
        isComplete &= scarce.isEmpty();
        for (BlobId blob : scarce) {
            Optional<Path> file = blobs.find(blob);
            if (file.isEmpty()) {
                replicas.tell(copies -> copies.remove(blob, replicas.self()));
                continue;
            }
            bytesLeft -= Files.size(file.get());
            List<String> holders = replicas.ask(copies -> copies.of(blob));
            made +=
                    copy(
                            blob,
                            holders,
                            to -> replicas.wire().putBlob(to, blob, file.get()),
                            to -> replicas.tell(copies -> copies.add(blob, List.of(to.id()))));
            if (bytesLeft < 0 || scarce.size() == question.limit()) {
                lastBlob = Optional.of(blob);
            }
            if (bytesLeft < 0) {
                return made;
            }
        }
        return made;
    }

    private int copyLogs(Scarcity question) throws IOException {
        List<JobId> scarce = replicas.ask(copies -> copies.scarceLogs(question, lastJob));
        long bytesLeft = BYTES_MAX;
        int made = 0;
        lastJob = Optional.empty();
        isComplete &= scarce.isEmpty();
        for (JobId job : scarce) {
            List<Log> here = logs.of(job);
            for (Log log : here) {
                bytesLeft -= logs.sizeBytes(log.attempt(), log.stream());
            }
            List<String> holders = replicas.ask(copies -> copies.ofLogs(job));
            made +=
                    copy(
                            job,
                            holders,
                            to -> bring(here, to),
                            to -> replicas.tell(copies -> copies.addLogs(job, List.of(to.id()))));
            if (bytesLeft < 0 || scarce.size() == question.limit()) {
                lastJob = Optional.of(job);
            }
            if (bytesLeft < 0) {
                return made;
            }
        }
        return made;
    }

    private void bring(List<Log> here, Master to) throws IOException {
        for (Log log : here) {
            LogCopy.bring(logs, log, replicas.wire(), to);
        }
    }

    /** Brings it to one that does not have it; the next round makes another copy if need be. */
    private int copy(
            Object what, List<String> holders, Replicas.Delivery delivery, Replicas.Delivery record)
            throws IOException {
        List<Master> targets = new ArrayList<>(replicas.peers().others());
        targets.removeIf(master -> holders.contains(master.id()));
        for (Master target : targets) {
            if (Replicas.deliver(what, delivery, target)) {
                record.to(target);
                return 1;
            }
        }
        return 0;
    }
}
