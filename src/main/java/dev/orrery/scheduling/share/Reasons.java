package dev.orrery.scheduling.share;

import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.scheduling.policy.QueueEntry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says why others go first, or a bound holds a task back. */
public final class Reasons {

    private Reasons() {}

    /** The bounds that hold a queued task back, none of them when it may go. */
    public static List<String> bounds(Backlog backlog, QueueEntry entry, JobSpec spec) {
        List<String> reasons = new ArrayList<>();
        backlog.gateOf(entry.tasks().job())
                .filter(Gate::isShut)
                .ifPresent(gate -> reasons.add("array limit " + gate.max() + " reached"));
        backlog.shares()
                .known(spec.namespace())
                .filter(Tenant::isAtMax)
                .ifPresent(tenant ->
                        reasons.add(
                                "cap of namespace "
                                        + tenant.namespace
                                        + ": "
                                        + tenant.heldTasks
                                        + " of "
                                        + tenant.max
                                        + " run"));
        backlog.covering(spec).stream().filter(Cap::isFull).map(Cap::text).forEach(reasons::add);
        return reasons;
    }

    /** By what right another namespace goes first; not which, for a reader may not see it. */
    public static Optional<String> share(Backlog backlog, Namespace namespace) {
        if (!backlog.shares().isShared() || backlog.shares().waiting().isEmpty()) {
            return Optional.empty();
        }
        Tenant first = backlog.shares().waiting().iterator().next();
        Optional<Tenant> own = backlog.shares().known(namespace);
        if (first.namespace.equals(namespace) || own.isEmpty()) {
            return Optional.empty();
        }
        long weights = backlog.shares().all().stream().mapToLong(it -> it.weight).sum();
        return Optional.of(
                "namespace "
                        + namespace
                        + " holds "
                        + percent(backlog.shares().dominant(own.get()))
                        + " of the cluster, its share is "
                        + percent((double) own.get().weight / weights)
                        + "; another namespace, further below its share, goes first");
    }

    private static String percent(double part) {
        return Math.round(part * 100) + "%";
    }
}
