package dev.orrery.bus;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.multimap.MultiMap;

import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who serves which address, as the cluster has it. Blocking.
 *
 * <p>Where two parts of a cluster become one, Hazelcast keeps for each address what the larger part
 * had: addresses of nodes that died meanwhile, and not those of the smaller part
 * (vert-x3/vertx-hazelcast#196). So what is there is compared with what should be.
 */
final class AddressBook {

    private static final String MAP = "__vertx.subs";

    private final HazelcastInstance hazelcast;
    private Set<String> goneBefore = Set.of();

    AddressBook(HazelcastInstance hazelcast) {
        this.hazelcast = hazelcast;
    }

    /** Those of a node's addresses that the cluster does not know. */
    Set<String> missing(String node, Collection<String> addresses) {
        Set<String> missing = new TreeSet<>();
        for (String address : addresses) {
            boolean isKnown =
                    book().get(address).stream()
                            .anyMatch(entry -> entry.unwrap().nodeId().equals(node));
            if (!isKnown) {
                missing.add(address);
            }
        }
        return missing;
    }

    /**
     * Takes away the addresses of nodes that are no members, in this call as in the one before: one
     * that has just joined may be known by its addresses first.
     *
     * @return how many addresses it took away
     */
    int removeGone(Set<String> members) {
        Set<String> gone = new TreeSet<>();
        int removed = 0;
        for (Map.Entry<String, HazelcastRegistrationInfo> entry : book().entrySet()) {
            String node = entry.getValue().unwrap().nodeId();
            if (members.contains(node)) {
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
