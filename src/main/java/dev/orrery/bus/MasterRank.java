package dev.orrery.bus;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The place of this node among the masters of its cluster. Every member says whether it is a
 * master, and of which store: masters of one shared database live side by side, and of two with
 * other stores the one that joined later has to go.
 */
public final class MasterRank {

    /** The store of masters that share a database. */
    public static final String SHARED = "a shared database";

    /** Set by masters to their store. */
    static final String ATTRIBUTE = "orrery.master";

    private static final Duration PROBE_TIMEOUT = Duration.ofMillis(500);

    private final Optional<HazelcastInstance> hazelcast;

    MasterRank(Optional<HazelcastInstance> hazelcast) {
        this.hazelcast = hazelcast;
    }

    /**
     * Describes a master that joined earlier and answers; a member that died stays listed for a
     * while and does not. Blocking, for half a second at most for each.
     */
    public Optional<String> earlier() {
        if (hazelcast.isEmpty()) {
            return Optional.empty();
        }
        for (Member member : hazelcast.get().getCluster().getMembers()) {
            if (member.localMember()) {
                return Optional.empty();
            }
            String data = member.getAttribute(ATTRIBUTE);
            boolean isShared = SHARED.equals(data) && SHARED.equals(own());
            if (data != null && !isShared && answers(member.getAddress())) {
                Address at = member.getAddress();
                return Optional.of(at.getHost() + ":" + at.getPort() + " with " + data);
            }
        }
        return Optional.empty();
    }

    /** Where the masters that are members can be joined, {@code host:port} each. */
    public List<String> masters() {
        return hazelcast.stream()
                .flatMap(it -> it.getCluster().getMembers().stream())
                .filter(member -> member.getAttribute(ATTRIBUTE) != null)
                .map(member -> member.getAddress().getHost() + ":" + member.getAddress().getPort())
                .toList();
    }

    private @Nullable String own() {
        return hazelcast.orElseThrow().getCluster().getLocalMember().getAttribute(ATTRIBUTE);
    }

    private static boolean answers(Address member) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(member.getHost(), member.getPort()),
                    (int) PROBE_TIMEOUT.toMillis());
            return true;
        } catch (IOException gone) {
            return false;
        }
    }
}
