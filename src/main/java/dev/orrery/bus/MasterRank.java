package dev.orrery.bus;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;

/**
 * The place of this node among the masters of its cluster. There may be one: every member says
 * whether it is a master, and of two the one that joined later has to go.
 */
public final class MasterRank {

    /** Set by masters to their data directory. */
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
            if (data != null && answers(member.getAddress())) {
                Address at = member.getAddress();
                return Optional.of(at.getHost() + ":" + at.getPort() + " with " + data);
            }
        }
        return Optional.empty();
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
