package dev.orrery.config;

import dev.orrery.model.Resources;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Builds the tree of settings from the written values, key by key. */
final class SettingsAssembly {

    private final SettingsSources sources;

    SettingsAssembly(SettingsSources sources) {
        this.sources = sources;
    }

    Settings settings() {
        Settings.Cluster cluster = cluster();
        Settings.Server server = server(cluster.enabled());
        return new Settings(
                server,
                following(cluster, server),
                scheduling(),
                worker(),
                storage(),
                new Settings.Blobs(get(StorageKeys.REPLICAS_MIN), get(StorageKeys.BLOBS_DIRECTORY)),
                limits(),
                new Settings.Threads(get(NodeKeys.EVENT_LOOPS), get(NodeKeys.WORKER_THREADS)),
                new Settings.Compat(
                        get(CompatKeys.ENABLE),
                        get(CompatKeys.ORION_MEMORY_MAX),
                        get(CompatKeys.ORION_STORAGE_MAX)),
                new Settings.Leadership(
                        get(DatabaseKeys.LEADER_TTL), get(DatabaseKeys.LEADER_RENEW)));
    }

    private <T> T get(SettingKey<T> key) {
        return sources.get(key);
    }

    private Settings.Server server(boolean clustered) {
        return new Settings.Server(
                get(NodeKeys.DATA),
                get(NodeKeys.HOST_NAME),
                get(NodeKeys.PORT),
                tls(clustered),
                get(NodeKeys.HOSTS),
                get(NodeKeys.ORIGINS),
                get(NodeKeys.DRAIN_TIMEOUT));
    }

    private Optional<Settings.Tls> tls(boolean clustered) {
        Optional<Path> cert = get(NodeKeys.TLS_CERT);
        Optional<Path> key = get(NodeKeys.TLS_KEY);
        Optional<Path> authority = get(NodeKeys.TLS_CA);
        if (cert.isEmpty() && key.isEmpty() && authority.isEmpty()) {
            return Optional.empty();
        }
        if (cert.isEmpty()) {
            sources.fault("server.tls.cert: must be set, as server.tls has other parts");
        }
        if (key.isEmpty()) {
            sources.fault("server.tls.key: must be set, as server.tls has other parts");
        }
        if (clustered && authority.isEmpty()) {
            sources.fault("server.tls.ca: must be set for a cluster with TLS");
        }
        if (cert.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Settings.Tls(cert.get(), key.get(), authority.orElseGet(cert::get)));
    }

    private Settings.Cluster cluster() {
        return new Settings.Cluster(
                get(NodeKeys.CLUSTER),
                get(NodeKeys.CLUSTER_HOST),
                get(NodeKeys.CLUSTER_PORT),
                get(NodeKeys.MEMBER_PORT_FIRST),
                get(NodeKeys.MEMBER_PORT_LAST),
                get(NodeKeys.JOIN),
                get(NodeKeys.NETWORK_KIND),
                get(NodeKeys.ENROL_TOKEN));
    }

    /** A clustered server beyond loopback has its bus at the same address, unless one is named. */
    private Settings.Cluster following(Settings.Cluster cluster, Settings.Server server) {
        if (!cluster.enabled()
                || server.listensEverywhere()
                || Settings.isLoopback(server.host())
                || sources.has(NodeKeys.CLUSTER_HOST)) {
            return cluster;
        }
        return new Settings.Cluster(
                true,
                server.host(),
                cluster.port(),
                cluster.memberPortFirst(),
                cluster.memberPortLast(),
                cluster.join(),
                cluster.network(),
                cluster.enrol());
    }

    private Settings.Scheduling scheduling() {
        Resources taskMax =
                new Resources(
                        get(WorkKeys.TASK_CPUS_MAX),
                        get(WorkKeys.TASK_MEMORY_MAX),
                        get(WorkKeys.TASK_GPUS_MAX),
                        get(WorkKeys.TASK_NAMED_MAX));
        return new Settings.Scheduling(
                components(),
                get(WorkKeys.HEARTBEAT),
                get(WorkKeys.FENCE),
                get(WorkKeys.FENCE_KILL),
                get(WorkKeys.LEASE),
                get(WorkKeys.QUEUE_MAX),
                taskMax,
                get(WorkKeys.PREFETCH_BELOW),
                get(WorkKeys.PREFETCH_MAX),
                new Sharing(
                        get(WorkKeys.WEIGHTS),
                        get(WorkKeys.NAMESPACE_MAX),
                        get(WorkKeys.NAMESPACE_MAXIMA),
                        get(WorkKeys.LABEL_MAXIMA),
                        get(WorkKeys.RESERVATION_AFTER)));
    }

    private SortedMap<String, String> components() {
        TreeMap<String, String> components = new TreeMap<>();
        for (SettingKey<String> key : WorkKeys.COMPONENTS) {
            components.put(key.name().substring(key.name().lastIndexOf('.') + 1), get(key));
        }
        return components;
    }

    private Settings.Worker worker() {
        Resources extra =
                new Resources(
                        get(WorkKeys.WORKER_CPUS),
                        get(WorkKeys.WORKER_MEMORY),
                        get(WorkKeys.WORKER_GPUS),
                        get(WorkKeys.WORKER_NAMED));
        return new Settings.Worker(
                get(WorkKeys.WORKER_NAME),
                get(WorkKeys.SLOTS),
                extra,
                get(WorkKeys.LABELS),
                get(WorkKeys.EXECUTOR),
                get(WorkKeys.ENVIRONMENT),
                get(WorkKeys.KILL_GRACE),
                get(WorkKeys.EXIT_DRAIN),
                get(WorkKeys.OUTPUT_BYTES_MAX),
                get(WorkKeys.FILES_BYTES_MAX),
                get(WorkKeys.PIDS_MAX));
    }

    private Settings.Storage storage() {
        return new Settings.Storage(
                get(StorageKeys.CENTRAL_STORE),
                get(StorageKeys.RETENTION),
                get(StorageKeys.RETENTION_MAX),
                get(StorageKeys.IDEMPOTENCY_TTL),
                get(StorageKeys.FREE_BYTES_MIN),
                database());
    }

    private Optional<Settings.Database> database() {
        Settings.Database database =
                new Settings.Database(
                        get(DatabaseKeys.URL),
                        get(DatabaseKeys.USER),
                        get(DatabaseKeys.PASSWORD_FILE),
                        get(DatabaseKeys.ROOT_CERT));
        if (!database.url().isEmpty()) {
            return Optional.of(database);
        }
        if (database.passwordFile().isPresent() || database.rootCert().isPresent()) {
            sources.fault("storage.url: must be set, as storage.passwordFile or rootCert is");
        }
        return Optional.empty();
    }

    private Settings.Limits limits() {
        return new Settings.Limits(
                get(StorageKeys.BODY_BYTES_MAX),
                get(StorageKeys.UPLOAD_BYTES_MAX),
                get(StorageKeys.UPLOAD_PARTS_MAX),
                get(StorageKeys.UPLOAD_IDLE),
                get(StorageKeys.STREAM_BUFFER_BYTES),
                get(StorageKeys.STREAM_BUFFER_EVENTS),
                get(StorageKeys.STREAM_TOPICS_MAX),
                get(StorageKeys.STREAM_CLIENTS_MAX),
                get(StorageKeys.STREAM_PING),
                get(StorageKeys.CONNECTION_IDLE));
    }
}
