package dev.orrery.config;

import static dev.orrery.config.SettingKind.duration;
import static dev.orrery.config.SettingKind.whole;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys of {@code server}, {@code cluster} and {@code threads}. */
final class NodeKeys {

    private static final Pattern HOST = Pattern.compile("[\\w.:\\[\\]%-]{1,255}");
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(?:https://)?[\\w.\\[\\]:%-]{1,255}:\\d{1,5}");
    private static final Pattern ENROL = Pattern.compile("|ore_[\\w-]{86}");
    private static final Pattern ORIGIN = Pattern.compile("https?://[\\w.:\\[\\]-]{1,255}");
    private static final Pattern NETWORK = Pattern.compile("loopback|private");

    static final SettingKey<Path> DATA =
            new SettingKey<>(
                    "server.data",
                    SettingKind.path(),
                    "~/.orrery",
                    "Directory of everything durable; made with mode 0700.");
    static final SettingKey<String> HOST_NAME =
            new SettingKey<>(
                    "server.host",
                    SettingKind.text("host name or address", HOST),
                    "127.0.0.1",
                    "Address to listen on; beyond loopback only with TLS.");
    static final SettingKey<Integer> PORT =
            new SettingKey<>(
                    "server.port", whole(0, 65_535), "9092", "Port of HTTP; 0 takes any free one.");
    static final SettingKey<Optional<Path>> TLS_CERT =
            new SettingKey<>(
                    "server.tls.cert", SettingKind.optionalPath(), "", "PEM certificate chain.");
    static final SettingKey<Optional<Path>> TLS_KEY =
            new SettingKey<>(
                    "server.tls.key", SettingKind.optionalPath(), "", "PEM private key, PKCS#8.");
    static final SettingKey<Optional<Path>> TLS_CA =
            new SettingKey<>(
                    "server.tls.ca",
                    SettingKind.optionalPath(),
                    "",
                    "PEM certificate of the authority that members of the cluster must show;"
                            + " may be left out by a server without cluster.");
    static final SettingKey<List<String>> HOSTS =
            new SettingKey<>(
                    "server.hosts",
                    SettingKind.list("host names, with or without port", HOST),
                    "",
                    "Further values of the Host header that are served.");
    static final SettingKey<List<String>> ORIGINS =
            new SettingKey<>(
                    "server.origins",
                    SettingKind.list("origins such as https://a.example:8443", ORIGIN),
                    "",
                    "Further pages that may call the API from a browser.");
    static final SettingKey<Duration> DRAIN_TIMEOUT =
            new SettingKey<>(
                    "server.drainTimeout",
                    duration("0s", "1d"),
                    "10s",
                    "How long a stopping node waits for its running tasks.");
    static final SettingKey<Boolean> CLUSTER =
            new SettingKey<>(
                    "cluster.enabled", SettingKind.truth(), "false", "Whether to form a cluster.");
    static final SettingKey<String> CLUSTER_HOST =
            new SettingKey<>(
                    "cluster.host",
                    SettingKind.text("host name or address", HOST),
                    "127.0.0.1",
                    "Address of the event bus and of the cluster's member port; left out,"
                            + " server.host if that is beyond loopback.");
    static final SettingKey<Integer> CLUSTER_PORT =
            new SettingKey<>(
                    "cluster.port",
                    whole(0, 65_535),
                    "0",
                    "Port of the event bus; 0 takes a free one.");
    static final SettingKey<Integer> MEMBER_PORT_FIRST =
            new SettingKey<>(
                    "cluster.memberPortFirst", whole(1, 65_535), "5701", "First port for members.");
    static final SettingKey<Integer> MEMBER_PORT_LAST =
            new SettingKey<>(
                    "cluster.memberPortLast", whole(1, 65_535), "5799", "Last port for members.");
    static final SettingKey<List<String>> JOIN =
            new SettingKey<>(
                    "cluster.join",
                    SettingKind.list("host:port", HOST_AND_PORT),
                    "",
                    "Member ports of nodes to join; on one machine the data directory tells."
                            + " Or https://host:port of a master to enrol at.");
    static final SettingKey<String> ENROL_TOKEN =
            new SettingKey<>(
                    "cluster.enrol",
                    SettingKind.text("token that 'orrery token node' prints", ENROL),
                    "",
                    "Token of the enrolment, which works once; later starts do not need it.");
    static final SettingKey<String> NETWORK_KIND =
            new SettingKey<>(
                    "cluster.network",
                    SettingKind.text("loopback or private", NETWORK),
                    "loopback",
                    "private affirms that only members reach the member ports, which have"
                            + " neither authentication nor encryption.");
    static final SettingKey<Integer> EVENT_LOOPS =
            new SettingKey<>(
                    "threads.eventLoops",
                    whole(0, 1024),
                    "0",
                    "Event loops; 0 means twice as many as there are cpus.");
    static final SettingKey<Integer> WORKER_THREADS =
            new SettingKey<>(
                    "threads.workers",
                    whole(0, 4096),
                    "0",
                    "Threads of Vert.x for blocking work; 0 means its own default, 20.");

    static final List<SettingKey<?>> ALL =
            List.of(
                    DATA,
                    HOST_NAME,
                    PORT,
                    TLS_CERT,
                    TLS_KEY,
                    TLS_CA,
                    HOSTS,
                    ORIGINS,
                    DRAIN_TIMEOUT,
                    CLUSTER,
                    CLUSTER_HOST,
                    CLUSTER_PORT,
                    MEMBER_PORT_FIRST,
                    MEMBER_PORT_LAST,
                    JOIN,
                    ENROL_TOKEN,
                    NETWORK_KIND,
                    EVENT_LOOPS,
                    WORKER_THREADS);

    private NodeKeys() {}
}
