package dev.orrery.store.replica;

import dev.orrery.model.BlobId;
import dev.orrery.store.CentralStore;
import dev.orrery.store.Copies.Output;
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

    /** Of one question to the store, which counts the holders of each. */
    private static final int LOOKED_AT_MAX = 2_000;

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

    private final ScarcePass<BlobId> blobPass = new ScarcePass<>();
    private final ScarcePass<Output> logPass = new ScarcePass<>();
    private Set<String> livingBefore = Set.of();
    private int steadyRounds;
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
            if (steadyRounds >= STEADY_ROUNDS && living.size() >= replicas.min()) {
                makeUp(living);
            }
            if (rounds++ % FORGET_ROUNDS == 0) {
                again();
                replicas.tell(copies -> copies.forget(FORGET_AFTER));
            }
        } catch (IOException fault) {
            LOG.atWarn().setCause(fault).log("lost copies were not made up for; tried again");
        } finally {
            round.unlock();
        }
    }

    /**
     * What is kept is on enough of those who live then, so little but a change makes something
     * scarce: the rest is found when all is looked at again.
     */
    private void observe(Set<String> living) {
        if (!living.equals(livingBefore)) {
            livingBefore = living;
            steadyRounds = 0;
            again();
        }
        steadyRounds++;
    }

    private void again() {
        blobPass.again();
        logPass.again();
    }

    private void makeUp(List<String> living) throws IOException {
        Scarcity question = new Scarcity(replicas.self(), living, replicas.min(), LOOKED_AT_MAX);
        int made =
                blobPass.goOn(
                                after -> replicas.ask(copies -> copies.scarce(question, after)),
                                this::copyBlob)
                        + logPass.goOn(
                                after -> replicas.ask(copies -> copies.scarceLogs(question, after)),
                                this::copyLog);
        if (made > 0) {
            LOG.atInfo().addKeyValue("copies", made).log("made up for lost copies");
        }
    }

    private boolean copyBlob(BlobId blob, ScarcePass.Budget budget) throws IOException {
        Optional<Path> file = blobs.find(blob);
        if (file.isEmpty()) {
            replicas.tell(copies -> copies.remove(blob, replicas.self()));
            return false;
        }
        budget.spend(Files.size(file.get()));
        List<String> holders = replicas.ask(copies -> copies.of(blob));
        return copy(
                blob,
                holders,
                to -> replicas.wire().putBlob(to, blob, file.get()),
                to -> replicas.tell(copies -> copies.add(blob, List.of(to.id()))));
    }

    private boolean copyLog(Output output, ScarcePass.Budget budget) throws IOException {
        List<Log> here = new ArrayList<>(logs.of(output.job()));
        here.removeIf(log -> !Output.of(log).equals(output));
        if (here.isEmpty()) {
            replicas.tell(copies -> copies.removeLogs(output, replicas.self()));
            return false;
        }
        for (Log log : here) {
            budget.spend(logs.sizeBytes(log.attempt(), log.stream()));
        }
        List<String> holders = replicas.ask(copies -> copies.ofLogs(output));
        return copy(
                output,
                holders,
                to -> bring(here, to),
                to -> replicas.tell(copies -> copies.addLogs(output, List.of(to.id()))));
    }

    private void bring(List<Log> here, Master to) throws IOException {
        for (Log log : here) {
            LogCopy.bring(logs, log, replicas.wire(), to);
        }
    }

    /** Brings it to one that does not have it; the next round makes another copy if need be. */
    private boolean copy(
            Object what, List<String> holders, Replicas.Delivery delivery, Replicas.Delivery record)
            throws IOException {
        List<Master> targets = new ArrayList<>(replicas.peers().others());
        targets.removeIf(master -> holders.contains(master.id()));
        for (Master target : targets) {
            if (Replicas.deliver(what, delivery, target)) {
                record.to(target);
                return true;
            }
        }
        return false;
    }
}
