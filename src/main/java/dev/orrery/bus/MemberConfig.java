package dev.orrery.bus;

import com.hazelcast.config.Config;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.config.XmlConfigBuilder;
import com.hazelcast.instance.ProtocolType;

import dev.orrery.config.Settings;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * The configuration of this node's Hazelcast member: {@code conf/hazelcast.xml}, and what the
 * settings add to it.
 *
 * <p>The ports of members must lie outside those that the kernel gives to outgoing connections
 * (from 32768 on Linux): Hazelcast takes the source of a connection for an address of its member,
 * and a port that is one member's own and another's source makes the two one.
 */
final class MemberConfig {
    private static final String FIXED_PART = "conf/hazelcast.xml";

    private MemberConfig() {}

    /**
     * The whole configuration.
     *
     * @param ip the numeric address of the settings' host
     * @param members {@code host:port} of the members to look for
     */
    static Config of(Settings.Cluster cluster, String ip, String clusterName, List<String> members)
            throws IOException {
        Config config = fixedPart();
        config.setClusterName(clusterName);
        config.getAdvancedNetworkConfig().setMemberEndpointConfig(endpoint(cluster, ip));
        TcpIpConfig join = config.getAdvancedNetworkConfig().getJoin().getTcpIpConfig();
        members.forEach(join::addMember);
        return config;
    }

    private static Config fixedPart() throws IOException {
        ClassLoader loader = MemberConfig.class.getClassLoader();
        try (InputStream xml = loader.getResourceAsStream(FIXED_PART)) {
            if (xml == null) {
                throw new FileNotFoundException(FIXED_PART + " is missing in the program");
            }
            return new XmlConfigBuilder(xml).build();
        }
    }

    private static ServerSocketEndpointConfig endpoint(Settings.Cluster cluster, String ip) {
        ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig();
        endpoint.setProtocolType(ProtocolType.MEMBER);
        endpoint.setPort(cluster.memberPortFirst());
        endpoint.setPortCount(cluster.memberPortLast() - cluster.memberPortFirst() + 1);
        endpoint.setPortAutoIncrement(true);
        endpoint.setReuseAddress(true);
        endpoint.setInterfaces(new InterfacesConfig().setEnabled(true).addInterface(ip));
        return endpoint;
    }
}
