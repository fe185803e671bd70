package dev.orrery.config;

import dev.orrery.model.Resources;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that can be set, as one immutable tree.
 *
 * <p>Defaults, units and bounds of each key stand in {@link SettingKeys}, from which the reader,
 * the checks and {@code docs/configuration.md} are made.
 */
public record Settings(
        Server server,
        Cluster cluster,
        Scheduling scheduling,
        Worker worker,
        Storage storage,
        Blobs blobs,
        Limits limits,
        Threads threads,
        Compat compat,
        Leadership leadership) {

    /** Settings with the defaults of what most nodes leave alone. */
    public Settings(
            Server server,
            Cluster cluster,
            Scheduling scheduling,
            Worker worker,
            Storage storage,
            Limits limits) {
        this(
                server,
                cluster,
                scheduling,
                worker,
                storage,
                Blobs.DEFAULT,
                limits,
                new Threads(0, 0),
                new Compat(List.of(), 0, 0),
                Leadership.DEFAULT);
    }

    /**
     * Where the node listens and keeps its files.
     *
     * @param data directory of everything durable, 0700
     * @param port 0 takes any free one
     * @param hosts further values of the Host header that are served, beside loopback and the host
     * @param origins Origin headers that may call the API; the node's own are always among them
     * @param drainTimeout how long a stopping node waits for its running tasks
     */
    public record Server(
            Path data,
            String host,
            int port,
            Optional<Tls> tls,
            List<String> hosts,
            List<String> origins,
            Duration drainTimeout) {
        /** Copies the lists. */
        public Server {
            hosts = List.copyOf(hosts);
            origins = List.copyOf(origins);
        }

        /** Whether it listens on every address of the machine. */
        public boolean listensEverywhere() {
            return host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]");
        }
    }

    /**
     * PEM files.
     *
     * @param cert the node's certificate chain
     * @param key its private key
     * @param ca the authority that members of a cluster must show; the certificate itself when none
     *     was named
     */
    public record Tls(Path cert, Path key, Path ca) {}

    /**
     * The clustered event bus.
     *
     * @param port of the event bus; 0 takes any free one
     * @param memberPortFirst of the range for Hazelcast members
     * @param join {@code host:port} of members to join
     * @param network {@code loopback}, or {@code private} as the operator's affirmation
     * @param enrol the token of an enrolment; empty for none
     */
    public record Cluster(
            boolean enabled,
            String host,
            int port,
            int memberPortFirst,
            int memberPortLast,
            List<String> join,
            String network,
            String enrol) {
        /** Copies the list. */
        public Cluster {
            join = List.copyOf(join);
        }

        /** A cluster that is joined without enrolment. */
        public Cluster(
                boolean enabled,
                String host,
                int port,
                int memberPortFirst,
                int memberPortLast,
                List<String> join,
                String network) {
            this(enabled, host, port, memberPortFirst, memberPortLast, join, network, "");
        }

        /** The master to ask for a certificate, where one is named instead of members. */
        public Optional<URI> enrolsAt() {
            return join.stream()
                    .filter(at -> at.startsWith("https://"))
                    .findFirst()
                    .map(URI::create);
        }
    }

    /**
     * The scheduler and its replaceable components.
     *
     * @param components class names by the seam they fill: prioritizer, queue-policy, placement,
     *     worker-pool, capacity-validator, retry-policy
     * @param heartbeat pause between two heartbeats of a worker
     * @param fence since the last acknowledged heartbeat, when a worker stops its tasks
     * @param fenceKill when it kills them
     * @param lease when the leader takes the worker for lost
     * @param queueMax how many tasks may wait before submissions are refused
     * @param taskMax the most one task may ask for
     * @param prefetchBelow mean run time under which workers hold tasks in advance
     * @param prefetchMax how many tasks in advance at the most
     */
    public record Scheduling(
            SortedMap<String, String> components,
            Duration heartbeat,
            Duration fence,
            Duration fenceKill,
            Duration lease,
            long queueMax,
            Resources taskMax,
            Duration prefetchBelow,
            int prefetchMax,
            Sharing sharing) {
        /** Copies the map. */
        public Scheduling {
            components = sorted(components);
        }
    }

    /**
     * A worker.
     *
     * @param name empty makes one from the host name and the first free number in the data
     *     directory
     * @param slots 0 means as many as there are cpus
     * @param executor class name of the executor
     * @param environment names of the variables of the worker's own that tasks inherit
     * @param killGrace between TERM and KILL
     * @param exitDrain how long output is read on after the process ended
     * @param outputBytesMax of each captured stream of an attempt
     * @param filesBytesMax of all declared outputs of an attempt
     * @param pidsMax processes of one attempt, where a cgroup can hold it
     */
    public record Worker(
            String name,
            int slots,
            Resources extra,
            SortedMap<String, String> labels,
            String executor,
            List<String> environment,
            Duration killGrace,
            Duration exitDrain,
            long outputBytesMax,
            long filesBytesMax,
            int pidsMax) {
        /** Copies the collections. */
        public Worker {
            labels = sorted(labels);
            environment = List.copyOf(environment);
        }
    }

    /**
     * What is kept, and for how long.
     *
     * @param centralStore class name of the store of blobs
     * @param retention of ended jobs that name none
     * @param freeBytesMin space that must stay free; below it submissions are refused
     * @param database where the records are, when not in the data directory
     */
    public record Storage(
            String centralStore,
            Duration retention,
            Duration retentionMax,
            Duration idempotencyTtl,
            long freeBytesMin,
            Optional<Database> database) {

        /** Storage in the data directory. */
        public Storage(
                String centralStore,
                Duration retention,
                Duration retentionMax,
                Duration idempotencyTtl,
                long freeBytesMin) {
            this(
                    centralStore,
                    retention,
                    retentionMax,
                    idempotencyTtl,
                    freeBytesMin,
                    Optional.empty());
        }
    }

    /**
     * A PostgreSQL that several masters share.
     *
     * @param url {@code jdbc:postgresql://host:port/database}, with nothing after it
     * @param passwordFile empty where the server asks for none
     * @param rootCert the authorities that the server's certificate is checked against
     */
    public record Database(
            String url, String user, Optional<Path> passwordFile, Optional<Path> rootCert) {

        /** The hosts of the url, without their ports. */
        public List<String> hosts() {
            String authority = url.substring(url.indexOf("//") + 2, url.lastIndexOf('/'));
            return Arrays.stream(authority.split(","))
                    .map(host -> host.replaceFirst(":\\d+$", ""))
                    .toList();
        }

        /** Whether no byte to the server leaves the machine. */
        public boolean isLocal() {
            return hosts().stream().allMatch(Settings::isLoopback);
        }
    }

    /**
     * The lease of the master that leads.
     *
     * @param ttl how long it runs after it was taken or renewed
     * @param renew pause between two renewals
     */
    public record Leadership(Duration ttl, Duration renew) {

        /** After which a master that said nothing counts as gone: two reports may be late. */
        public Duration silence() {
            return ttl.plus(renew.multipliedBy(2));
        }

        static final Leadership DEFAULT =
                new Leadership(Duration.ofSeconds(4), Duration.ofSeconds(1));
    }

    /**
     * Files and logs, where several masters share a store.
     *
     * @param replicasMin masters that have the bytes before they count as kept
     * @param directory one that all masters share; then nothing is replicated
     */
    public record Blobs(int replicasMin, Optional<Path> directory) {

        static final Blobs DEFAULT = new Blobs(2, Optional.empty());
    }

    /**
     * Sizes and counts past which a caller is refused.
     *
     * @param bodyBytesMax of a JSON body
     * @param uploadBytesMax of a whole multipart body
     * @param uploadPartsMax parts of a multipart body
     * @param uploadIdle pause within an upload after which it is given up
     * @param streamBufferBytes unsent bytes of one WebSocket or SSE client
     * @param streamBufferEvents unsent events of one client
     * @param streamTopicsMax topics of one client
     * @param streamClientsMax clients of one proxy
     * @param streamPing pause between two pings of a stream's client
     * @param connectionIdle time without a request or a byte read, after which a connection that is
     *     no WebSocket is closed
     */
    public record Limits(
            long bodyBytesMax,
            long uploadBytesMax,
            int uploadPartsMax,
            Duration uploadIdle,
            long streamBufferBytes,
            int streamBufferEvents,
            int streamTopicsMax,
            int streamClientsMax,
            Duration streamPing,
            Duration connectionIdle) {}

    /**
     * The pools of Vert.x.
     *
     * @param eventLoops 0 means twice as many as there are cpus
     * @param workers 0 means Vert.x's own default
     */
    public record Threads(int eventLoops, int workers) {}

    /**
     * The interfaces of other systems.
     *
     * @param enabled {@code orion}, {@code simple}
     * @param orionMemoryMax bytes that a task of ORION may ask for
     * @param orionStorageMax likewise of storage
     */
    public record Compat(List<String> enabled, long orionMemoryMax, long orionStorageMax) {

        /** Copies the list. */
        public Compat {
            enabled = List.copyOf(enabled);
        }

        /** Whether ORION's interface is served. */
        public boolean orion() {
            return enabled.contains("orion");
        }

        /** Whether the simple system's interface is served. */
        public boolean simple() {
            return enabled.contains("simple");
        }
    }

    /** These settings with certificates. */
    public Settings with(Tls tls) {
        Server named =
                new Server(
                        server.data(),
                        server.host(),
                        server.port(),
                        Optional.of(tls),
                        server.hosts(),
                        server.origins(),
                        server.drainTimeout());
        return with(named, cluster);
    }

    /** These settings with another cluster. */
    public Settings with(Cluster other) {
        return with(server, other);
    }

    private Settings with(Server node, Cluster members) {
        return new Settings(
                node,
                members,
                scheduling,
                worker,
                storage,
                blobs,
                limits,
                threads,
                compat,
                leadership);
    }

    /** Names other than localhost count as beyond loopback, whatever they resolve to today. */
    public static boolean isLoopback(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static SortedMap<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }
}
