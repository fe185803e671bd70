package dev.orrery.scheduling.share;

import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.policy.Rules.Sharing;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The namespaces that have something in the cluster; those that wait in the order of their shares,
 * the one that has the least at the head.
 */
public final class Shares {
    /*
     * A share is the largest part that a namespace holds of any one thing the workers offer
     * (dominant resource fairness: Ghodsi et al., NSDI 2011), divided by its weight. What is given
     * in advance counts like what runs.
     *
     * Where shares are equal, as they are whenever nothing runs, a pass decides that grows with
     * what a namespace was given (stride scheduling: Waldspurger and Weihl, 1995); one that comes
     * back begins where the last one served stood, so that nobody saves up.
     *
     * A namespace that is alone has no share to be worked out.
     */

    private final Sharing sharing;
    private final Overtaking overtaking;
    private final Capacity capacity = new Capacity();
    private final Map<Namespace, Tenant> tenants = new TreeMap<>();
    private final TreeMap<Place, Tenant> waiting = new TreeMap<>();
    private double clock;

    Shares(Sharing sharing, Overtaking overtaking) {
        this.sharing = sharing;
        this.overtaking = overtaking;
    }

    /** A namespace that has something in the cluster, from now on if not before. */
    Tenant tenant(Namespace namespace) {
        Tenant known = tenants.get(namespace);
        if (known != null) {
            return known;
        }
        Tenant tenant = new Tenant(namespace, sharing.weight(namespace), sharing.maxOf(namespace));
        tenant.pass = clock;
        tenants.put(namespace, tenant);
        if (tenants.size() == 2) {
            placeAll();
        }
        return tenant;
    }

    /** A namespace was given something. */
    void gave(Tenant tenant, Charge charge) {
        if (tenants.size() > 1 && !capacity.isNothing()) {
            clock = Math.max(clock, tenant.pass);
            tenant.pass += capacity.part(charge) / tenant.weight;
        }
    }

    /** A worker offers this much now. */
    void offered(WorkerId worker, WorkerOffer offer) {
        if (capacity.offered(worker, offer)) {
            placeAll();
        }
    }

    /** A worker offers nothing any more. */
    void withdrawn(WorkerId worker) {
        if (capacity.withdrawn(worker)) {
            placeAll();
        }
    }

    private void placeAll() {
        List.copyOf(tenants.values()).forEach(this::place);
    }

    /** Brings a namespace to its place in the order. */
    void place(Tenant tenant) {
        Optional<Place> before = tenant.place;
        boolean waits = tenant.isWaiting();
        if (waits && before.isEmpty()) {
            overtaking.begins(isShared());
            tenant.pass = Math.max(tenant.pass, clock);
        }
        Optional<Place> after =
                waits
                        ? Optional.of(new Place(share(tenant), tenant.pass, tenant.namespace))
                        : Optional.empty();
        if (!after.equals(before)) {
            before.ifPresent(waiting::remove);
            after.ifPresent(place -> waiting.put(place, tenant));
            tenant.place = after;
        }
    }

    /** Forgets a namespace that has nothing any more and is not alone. */
    Optional<Tenant> dropIfGone(Namespace namespace) {
        Optional<Tenant> gone = isShared() ? known(namespace) : Optional.empty();
        gone = gone.filter(Tenant::isGone);
        if (gone.isPresent()) {
            tenants.remove(namespace);
            if (tenants.size() == 1) {
                placeAll();
            }
        }
        return gone;
    }

    /** Whether several namespaces have something in the cluster. */
    public boolean isShared() {
        return tenants.size() > 1;
    }

    /**
     * Whether one namespace would still have no larger share than the other after this much had
     * gone from the other to it.
     */
    public boolean mayTakeFrom(Namespace taker, Namespace giver, Charge charge, int times) {
        Tenant to = tenants.get(taker);
        Tenant from = tenants.get(giver);
        if (to == null || from == null) {
            return false;
        }
        double part = capacity.part(charge) * times;
        return share(to) + part / to.weight <= share(from) - part / from.weight;
    }

    /** Those that wait and that no bound holds back, in order. */
    Collection<Tenant> waiting() {
        return Collections.unmodifiableCollection(waiting.values());
    }

    Collection<Tenant> all() {
        return Collections.unmodifiableCollection(tenants.values());
    }

    Optional<Tenant> known(Namespace namespace) {
        return Optional.ofNullable(tenants.get(namespace));
    }

    /** The part of the cluster that a namespace holds. */
    double dominant(Tenant tenant) {
        return capacity.part(tenant.held);
    }

    private double share(Tenant tenant) {
        return isShared() ? capacity.part(tenant.held) / tenant.weight : 0;
    }
}
