package dev.orrery.bus;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.multimap.MultiMap;

import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Who serves which address, as the cluster has it. Blocking.
 *
 * <p>Where two parts of a cluster become one, Hazelcast keeps for each address what the larger part
 * had: addresses of nodes that died meanwhile, and not those of the smaller part
 * (vert-x3/vertx-hazelcast#196). So what is there is compared with what should be.
 */
public final class AddressBook {

    private static final String MAP = "__vertx.subs";

    private final HazelcastInstance hazelcast;
    private final String self;
    private final Supplier<List<String>> members;
    private final VertxBus bus;
    private Set<String> goneBefore = Set.of();

    /**
     * The addresses of a cluster.
     *
     * @param self the id of this node
     * @param members the ids of all nodes that are members at the moment of the question
     */
    AddressBook(
            HazelcastInstance hazelcast,
            String self,
            Supplier<List<String>> members,
            VertxBus bus) {
        this.hazelcast = hazelcast;
        this.self = self;
        this.members = members;
        this.bus = bus;
    }

    /**
     * What a comparison found.
     *
     * @param missing addresses that this node serves and the cluster does not know
     * @param removed how many addresses of nodes that are gone were taken away
     * @param workers where all workers take commands, at a master; nothing elsewhere
     */
    public record Findings(Set<String> missing, int removed, Set<Address> workers) {}

    /** Compares what is there with what should be; one node of all takes away what should not. */
    public synchronized Findings compare() {
        boolean isFirst = self.equals(new TreeSet<>(members.get()).first());
        boolean isMaster = bus.addresses().contains(Address.SCHEDULER.value());
        return new Findings(missing(), isFirst ? removeGone() : 0, isMaster ? workers() : Set.of());
    }

    private Set<Address> workers() {
        return book().keySet().stream()
                .map(Address::new)
                .filter(Address::isWorker)
                .collect(Collectors.toSet());
    }

    private Set<String> missing() {
        Set<String> missing = new TreeSet<>();
        for (String address : bus.addresses()) {
            boolean isKnown =
                    book().get(address).stream()
                            .anyMatch(entry -> entry.unwrap().nodeId().equals(self));
            if (!isKnown) {
                missing.add(address);
            }
        }
        return missing;
    }

    /**
     * Takes away the addresses of nodes that are no members, in this call as in the one before: one
     * that has just joined may be known by its addresses first.
     */
    private int removeGone() {
        Set<String> gone = new TreeSet<>();
        int removed = 0;
        for (Map.Entry<String, HazelcastRegistrationInfo> entry : book().entrySet()) {
            String node = entry.getValue().unwrap().nodeId();
            if (members.get().contains(node)) {
                continue;
            }
            gone.add(node);
            if (goneBefore.contains(node) && book().remove(entry.getKey(), entry.getValue())) {
                removed++;
            }
        }
        goneBefore = gone;
        return removed;
    }

    private MultiMap<String, HazelcastRegistrationInfo> book() {
        return hazelcast.getMultiMap(MAP);
    }
}
