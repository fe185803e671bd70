package dev.orrery.scheduling.share;

import dev.orrery.model.WorkerId;
import dev.orrery.scheduling.policy.Candidate;
import dev.orrery.scheduling.policy.Demand;
import dev.orrery.scheduling.policy.QueueEntry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Which workers should be kept for tasks that small ones would pass over for ever.
 *
 * <p>The first task of the order, when it has waited for a grace and others were given work
 * meanwhile, gets the worker kept on which most of what it wants is free already (as EASY
 * backfilling reserves for the first job alone: D. Lifka, JSSPP 1995; but nobody knows run times
 * here). Later tasks of the order get one only after those before it did.
 */
public final class Review {

    /** So many entries are looked at; those no worker could ever take may be many. */
    private static final int HEADS_MAX = 1_000;

    /** Of this many workers one may be kept, but one at least. */
    private static final int ONE_OF = 4;

    private final Backlog backlog;
    private final List<Candidate> open;
    private final List<Watch> watches = new ArrayList<>();
    private final List<Keep> keeps = new ArrayList<>();
    private final List<WorkerId> freed = new ArrayList<>();
    private final TreeSet<WorkerId> kept = new TreeSet<>();
    private int examined;

    private Review(Backlog backlog, List<Candidate> workers) {
        this.backlog = backlog;
        this.open = workers.stream().filter(Candidate::open).toList();
    }

    /**
     * What should change now; nothing changes by this.
     *
     * @param workers all of them
     * @param nanos the monotonic clock
     */
    public static Review of(Backlog backlog, List<Candidate> workers, Duration grace, long nanos) {
        Review review = new Review(backlog, workers);
        review.free();
        review.lookAt(grace, nanos);
        return review;
    }

    private void free() {
        for (Keep keep : backlog.keeps().all()) {
            boolean useful =
                    backlog.waits(keep)
                            && open.stream()
                                    .filter(it -> it.worker().equals(keep.worker()))
                                    .anyMatch(it -> it.suits(keep.demand()));
            if (useful) {
                kept.add(keep.worker());
            } else {
                freed.add(keep.worker());
            }
        }
    }

    private void lookAt(Duration grace, long nanos) {
        int max = Math.max(1, open.size() / ONE_OF);
        for (Tenant tenant : backlog.shares().waiting()) {
            Optional<QueueEntry> first = firstThatSuits(tenant);
            if (first.isEmpty() || hasKeep(tenant)) {
                continue;
            }
            Demand demand = first.get().demand();
            Optional<Watch> watch = tenant.watch.filter(it -> it.demand().equals(demand));
            if (watch.isEmpty()) {
                watches.add(new Watch(tenant.namespace, demand, nanos, backlog.given()));
                return;
            }
            boolean isPassedOver =
                    backlog.given() > watch.get().given()
                            && nanos - watch.get().since() >= grace.toNanos();
            if (!isPassedOver || kept.size() >= max) {
                return;
            }
            soonestFree(demand)
                    .ifPresent(worker -> {
                        keeps.add(new Keep(worker, tenant.namespace, demand));
                        kept.add(worker);
                    });
        }
    }

    private boolean hasKeep(Tenant tenant) {
        return backlog.keeps().all().stream()
                .anyMatch(it ->
                        it.namespace().equals(tenant.namespace) && kept.contains(it.worker()));
    }

    private Optional<QueueEntry> firstThatSuits(Tenant tenant) {
        for (QueueEntry head : tenant.heads()) {
            examined++;
            if (examined > HEADS_MAX) {
                return Optional.empty();
            }
            if (open.stream().anyMatch(it -> it.suits(head.demand()))) {
                return Optional.of(head);
            }
        }
        return Optional.empty();
    }

    private Optional<WorkerId> soonestFree(Demand demand) {
        return open.stream()
                .filter(it -> it.suits(demand) && !kept.contains(it.worker()))
                .min(
                        Comparator.<Candidate>comparingDouble(it -> -it.freePart(demand))
                                .thenComparingInt(Candidate::attempts)
                                .thenComparing(Candidate::worker))
                .map(Candidate::worker);
    }

    /** Tasks that wait for room from now on. */
    public List<Watch> watches() {
        return watches;
    }

    /** Workers to be kept. */
    public List<Keep> keeps() {
        return keeps;
    }

    /** Workers that are kept in vain. */
    public List<WorkerId> freed() {
        return freed;
    }
}
