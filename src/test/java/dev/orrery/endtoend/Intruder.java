package dev.orrery.endtoend;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.XmlConfigBuilder;
import com.hazelcast.core.DistributedObject;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.multimap.MultiMap;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** What a stranger on the network tries, as a program of its own on another machine. */
public final class Intruder {
    private static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private static final int CONNECT_MILLIS = 5_000;
    private static final int PATIENCE_MILLIS = 20_000;

    private Intruder() {}

    /** Says in a line what became of it. */
    public static void main(String[] args) throws Exception {
        String host = args[1];
        int port = Integer.parseInt(args[2]);
        switch (args[0]) {
            case "client" -> client(host + ":" + port, args[3]);
            case "member" -> member(args[3], host + ":" + port, args[4]);
            case "frames" -> frames(host, port, Integer.parseInt(args[3]));
            case "certificate" -> withoutCertificate(host, port);
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.exit(0);
    }

    /** Speaks the protocol of Hazelcast's clients. */
    private static void client(String member, String cluster) {
        ClientConfig config = new ClientConfig().setClusterName(cluster);
        config.getNetworkConfig().addAddress(member);
        config.getConnectionStrategyConfig()
                .getConnectionRetryConfig()
                .setClusterConnectTimeoutMillis(CONNECT_MILLIS);
        try {
            HazelcastInstance client = HazelcastClient.newHazelcastClient(config);
            OUT.println("let in: " + client.getDistributedObjects());
        } catch (IllegalStateException refused) {
            OUT.println("refused");
        }
    }

    /** Joins as a member, reads all there is, and sends an object of a class of its own. */
    private static void member(String own, String member, String cluster) throws Exception {
        Config config;
        try (InputStream xml =
                Intruder.class.getClassLoader().getResourceAsStream("conf/hazelcast.xml")) {
            config = new XmlConfigBuilder(xml).build();
        }
        config.setClusterName(cluster);
        config.getSerializationConfig().setJavaSerializationFilterConfig(null);
        var endpoint = new com.hazelcast.config.ServerSocketEndpointConfig();
        endpoint.setProtocolType(com.hazelcast.instance.ProtocolType.MEMBER);
        endpoint.setPort(5701);
        endpoint.getInterfaces().setEnabled(true).addInterface(own);
        config.getAdvancedNetworkConfig().setMemberEndpointConfig(endpoint);
        config.getAdvancedNetworkConfig().getJoin().getTcpIpConfig().addMember(member);
        HazelcastInstance joined = Hazelcast.newHazelcastInstance(config);
        OUT.println("members " + joined.getCluster().getMembers().size());
        for (DistributedObject object : joined.getDistributedObjects()) {
            OUT.println("object " + object.getName() + " " + contentOf(joined, object));
        }
        for (Member other : joined.getCluster().getMembers()) {
            if (!other.localMember()) {
                OUT.println("payload " + send(joined, other));
            }
        }
    }

    private static String contentOf(HazelcastInstance joined, DistributedObject object) {
        if (object instanceof MultiMap<?, ?>) {
            return joined.getMultiMap(object.getName()).entrySet().toString();
        }
        return object instanceof com.hazelcast.map.IMap<?, ?>
                ? joined.getMap(object.getName()).entrySet().toString()
                : "";
    }

    private static String send(HazelcastInstance joined, Member other)
            throws InterruptedException, java.util.concurrent.TimeoutException {
        try {
            joined.getExecutorService("intruder")
                    .submitToMember(new Payload("luggage"), other)
                    .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            return "ran";
        } catch (ExecutionException | RuntimeException refused) {
            return "refused";
        }
    }

    /** Runs where it is read, if it is. */
    private record Payload(String luggage)
            implements java.util.concurrent.Callable<String>, Serializable {
        @Override
        public String call() {
            return "ran";
        }
    }

    /** Announces frames of two gigabytes on many connections, and sends a part of each. */
    private static void frames(String host, int port, int connections) throws IOException {
        int closed = 0;
        byte[] part = new byte[1 << 20];
        for (int i = 0; i < connections; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
                socket.setSoTimeout(PATIENCE_MILLIS);
                OutputStream out = socket.getOutputStream();
                out.write(ByteBuffer.allocate(4).putInt(0x7fffffff).array());
                out.write(part);
                out.flush();
                socket.getInputStream().readAllBytes();
                closed++;
            } catch (java.net.SocketTimeoutException open) {
                OUT.println("open after " + Duration.ofMillis(PATIENCE_MILLIS));
            } catch (java.net.SocketException reset) {
                closed++;
            }
        }
        OUT.println("closed " + closed);
    }

    /** Speaks TLS, and shows nothing. */
    private static void withoutCertificate(String host, int port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Credulous()}, new SecureRandom());
        try (Socket socket = context.getSocketFactory().createSocket(host, port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(new byte[] {0, 0, 0, 1, 1});
            int read = socket.getInputStream().read();
            OUT.println(read < 0 ? "closed" : "answered");
        } catch (javax.net.ssl.SSLException | java.net.SocketException refused) {
            OUT.println("handshake failure: " + refused.getMessage());
        }
    }

    private static final class Credulous implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
