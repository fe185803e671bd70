package dev.orrery.scheduling.share;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.policy.Candidate;
import dev.orrery.scheduling.policy.Demand;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.policy.QueuePolicy;
import dev.orrery.scheduling.policy.Rules.Sharing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * All that waits, in the order in which it may go: the namespace that has the least of the cluster
 * first, within it the queue's own order, and nothing that a bound holds back.
 */
public final class Backlog {
    /*
     * What has reached a bound is not among those that wait: a namespace leaves the index of
     * shares, a label closes its lines, a job hides its ranges (Gate). The end of an attempt brings
     * them back.
     */

    private final Supplier<QueuePolicy> queues;
    private final List<Cap> caps = new ArrayList<>();
    private final Map<JobId, Gate> gates = new TreeMap<>();
    private final Keeps keeps = new Keeps();
    private final Kinds kinds = new Kinds();
    private final Overtaking overtake = new Overtaking();
    private final Shares shares;
    private long given;
    private long size;

    /**
     * An empty one.
     *
     * @param queues makes the queue of a namespace
     */
    public Backlog(Sharing sharing, Supplier<QueuePolicy> queues) {
        this.shares = new Shares(sharing, overtake);
        this.queues = queues;
        sharing.labelMaxima().forEach((label, max) -> caps.add(new Cap(label, max)));
    }

    /** Takes in what waits. */
    public void add(QueueEntry entry, JobSpec spec) {
        size++;
        kinds.add(entry.demand());
        overtake.waits(entry.key());
        Tenant tenant = shares.tenant(spec.namespace());
        if (spec.maxParallel() > 0) {
            Gate gate = gate(entry.tasks().job(), spec);
            gate.add(entry);
            show(gate, tenant, spec);
        } else {
            enqueue(entry, tenant, spec);
        }
        shares.place(tenant);
    }

    /** Takes out what waits no more. */
    public void remove(QueueEntry entry, JobSpec spec) {
        size--;
        kinds.remove(entry.demand());
        Tenant tenant = shares.tenant(spec.namespace());
        if (spec.maxParallel() > 0) {
            Gate gate = gate(entry.tasks().job(), spec);
            gate.remove(entry);
            show(gate, tenant, spec);
            forget(gate, entry.tasks().job());
        } else {
            dequeue(entry, tenant, spec);
        }
        shares.place(tenant);
    }

    private void enqueue(QueueEntry entry, Tenant tenant, JobSpec spec) {
        List<Cap> covering = covering(spec);
        covering.forEach(cap -> cap.tenants.add(tenant));
        tenant.line(covering, queues).queue.add(entry);
    }

    private void dequeue(QueueEntry entry, Tenant tenant, JobSpec spec) {
        Line line = tenant.line(covering(spec), queues);
        line.queue.remove(entry);
        tenant.dropIfEmpty(line);
    }

    private Gate gate(JobId job, JobSpec spec) {
        return gates.computeIfAbsent(job, it -> new Gate(spec.maxParallel()));
    }

    private void forget(Gate gate, JobId job) {
        if (gate.isUnused()) {
            gates.remove(job);
        }
    }

    /** Brings the first range of a job into the line, or takes it out of it. */
    private void show(Gate gate, Tenant tenant, JobSpec spec) {
        Optional<QueueEntry> due = gate.due();
        if (due.equals(gate.shown())) {
            return;
        }
        gate.shown().ifPresent(entry -> dequeue(entry, tenant, spec));
        due.ifPresent(entry -> enqueue(entry, tenant, spec));
        gate.shows(due);
    }

    /** The bounds of labels that count for a job. */
    List<Cap> covering(JobSpec spec) {
        return caps.isEmpty()
                ? List.of()
                : caps.stream().filter(cap -> cap.covers(spec.labels())).toList();
    }

    /** A worker was given a task. */
    public void hold(JobId job, JobSpec spec, Charge charge) {
        given++;
        Tenant tenant = shares.tenant(spec.namespace());
        shares.gave(tenant, charge);
        tenant.held.add(charge.slotMillis(), charge.amount());
        count(job, tenant, spec, 1);
    }

    /** A worker has a task no more. */
    public void release(JobId job, JobSpec spec, Charge charge) {
        Tenant tenant = shares.tenant(spec.namespace());
        tenant.held.subtract(charge.slotMillis(), charge.amount());
        count(job, tenant, spec, -1);
    }

    /** What a worker has counts for something else. */
    public void recharge(JobSpec spec, Charge before, Charge after) {
        Tenant tenant = shares.tenant(spec.namespace());
        tenant.held.subtract(before.slotMillis(), before.amount());
        tenant.held.add(after.slotMillis(), after.amount());
        shares.place(tenant);
    }

    private void count(JobId job, Tenant tenant, JobSpec spec, int more) {
        tenant.heldTasks += more;
        if (spec.maxParallel() > 0) {
            Gate gate = gate(job, spec);
            gate.count(more);
            show(gate, tenant, spec);
            forget(gate, job);
        }
        for (Cap cap : covering(spec)) {
            if (cap.count(more)) {
                List.copyOf(cap.tenants).forEach(shares::place);
            }
        }
        shares.place(tenant);
    }

    /** Something of a namespace with this demand went to a worker: none is kept for it any more. */
    public void went(Namespace namespace, Demand demand) {
        Tenant tenant = shares.tenant(namespace);
        if (tenant.watch.filter(it -> it.demand().equals(demand)).isPresent()) {
            tenant.watch = Optional.empty();
        }
        free(it -> it.namespace().equals(namespace) && it.demand().equals(demand));
    }

    private void free(Predicate<Keep> which) {
        if (keeps.free(which)) {
            kinds.reopen();
        }
    }

    /** All of a change is taken in: nothing is kept for what waits no more. */
    public void settle(Namespace namespace) {
        free(keep -> !waits(keep));
        shares.dropIfGone(namespace)
                .ifPresent(tenant -> caps.forEach(cap -> cap.tenants.remove(tenant)));
    }

    /** Whether something waits for which the worker is kept. */
    boolean waits(Keep keep) {
        return shares.known(keep.namespace())
                .filter(it -> it.place.isPresent() && it.hasHead(keep.demand()))
                .isPresent();
    }

    /** A worker offers this much now. */
    public void offered(WorkerId worker, WorkerOffer offer) {
        shares.offered(worker, offer);
    }

    /** A worker is gone. */
    public void withdrawn(WorkerId worker) {
        free(worker);
        shares.withdrawn(worker);
    }

    /**
     * A worker has another picture.
     *
     * @param alone whether no other worker is offered differently for it
     */
    public void changed(Candidate candidate, boolean alone) {
        if (alone) {
            kinds.changed(candidate);
        } else {
            kinds.reopen();
        }
    }

    /** The first task of a namespace waits for room. */
    public void watch(Watch watch) {
        shares.known(watch.namespace()).ifPresent(tenant -> tenant.watch = Optional.of(watch));
    }

    /** A worker gets nothing but what it is kept for. */
    public void keep(Keep keep) {
        keeps.put(keep);
    }

    /** A worker is kept for nobody any more. */
    public void free(WorkerId worker) {
        free(keep -> keep.worker().equals(worker));
    }

    /** The first answer, asked for the entries that may go next in their order. */
    public <T> Optional<T> first(Function<Head, Optional<T>> attempt) {
        for (Tenant tenant : shares.waiting()) {
            for (QueueEntry entry : tenant.heads()) {
                Optional<T> answer = attempt.apply(new Head(tenant.namespace, entry));
                if (answer.isPresent()) {
                    return answer;
                }
            }
        }
        return Optional.empty();
    }

    /** Whether anything waits that no bound holds back. */
    public boolean isAnyWaiting() {
        return !shares.waiting().isEmpty();
    }

    /** Which demands may find room. */
    public Kinds kinds() {
        return kinds;
    }

    /** The namespaces that have something in the cluster. */
    public Shares shares() {
        return shares;
    }

    /** The workers that are kept. */
    public Keeps keeps() {
        return keeps;
    }

    /** Whether it is worth asking if what waits goes before what was given in advance. */
    public Overtaking overtaking() {
        return overtake;
    }

    /** How many entries wait, whatever holds them back. */
    public long size() {
        return size;
    }

    /** How many entries of the same namespace go before this one. */
    public long ahead(QueueEntry entry, JobSpec spec) {
        return shares.known(spec.namespace()).map(it -> it.ahead(entry)).orElse(0L);
    }

    /** How many tasks of a namespace workers have. */
    public long heldTasks(Namespace namespace) {
        return shares.known(namespace).map(it -> it.heldTasks).orElse(0L);
    }

    long given() {
        return given;
    }

    Optional<Gate> gateOf(JobId job) {
        return Optional.ofNullable(gates.get(job));
    }
}
