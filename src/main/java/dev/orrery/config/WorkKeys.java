package dev.orrery.config;

import static dev.orrery.config.SettingKind.duration;
import static dev.orrery.config.SettingKind.size;
import static dev.orrery.config.SettingKind.whole;

import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** The keys of {@code scheduling} and {@code worker}. */
final class WorkKeys {

    private static final Pattern WORKER = Pattern.compile("|[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern LABEL = Pattern.compile("[^\\p{Cntrl}]{0,255}");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    static final SettingKey<String> PRIORITIZER =
            component("prioritizer", "EarliestDeadlineFirst", "Order of waiting tasks.");
    static final SettingKey<String> QUEUE_POLICY =
            component(
                    "queue-policy",
                    "DemandQueues",
                    "What waits for a worker, and what may go next.");
    static final SettingKey<String> PLACEMENT =
            component(
                    "placement",
                    "LeastRecentlyUsed",
                    "Which fitting worker gets a task: least-recently-used, pack, spread, or a"
                            + " class.");
    static final SettingKey<String> WORKER_POOL =
            component("worker-pool", "OpenPool", "Which workers are candidates.");
    static final SettingKey<String> CAPACITY_VALIDATOR =
            component(
                    "capacity-validator",
                    "ConfiguredCapacity",
                    "What is refused because it can never run.");
    static final SettingKey<String> RETRY_POLICY =
            component("retry-policy", "DoublingBackoff", "Whether and when to run again.");
    static final SettingKey<Duration> HEARTBEAT =
            new SettingKey<>(
                    "scheduling.heartbeat",
                    duration("50ms", "1m"),
                    "2s",
                    "Pause between two heartbeats of a worker.");
    static final SettingKey<Duration> FENCE =
            new SettingKey<>(
                    "scheduling.fence",
                    duration("100ms", "1h"),
                    "24s",
                    "After the last acknowledged heartbeat, when a worker stops its tasks.");
    static final SettingKey<Duration> FENCE_KILL =
            new SettingKey<>(
                    "scheduling.fenceKill",
                    duration("100ms", "1h"),
                    "28s",
                    "After the last acknowledged heartbeat, when a worker kills its tasks.");
    static final SettingKey<Duration> LEASE =
            new SettingKey<>(
                    "scheduling.lease",
                    duration("100ms", "1h"),
                    "30s",
                    "After the last heartbeat, when the leader takes a worker for lost.");
    static final SettingKey<Long> QUEUE_MAX =
            new SettingKey<>(
                    "scheduling.queueMax",
                    SettingKind.count(1, 100_000_000),
                    "1000000",
                    "Tasks that may wait before submissions are refused with 429.");
    static final SettingKey<Long> TASK_CPUS_MAX =
            new SettingKey<>(
                    "scheduling.taskMax.cpus",
                    SettingKind.cpuMillis(1_000_000),
                    "1024",
                    "The most cpus one task may ask for.");
    static final SettingKey<Long> TASK_MEMORY_MAX =
            new SettingKey<>(
                    "scheduling.taskMax.memory",
                    size("0B", "1024PiB"),
                    "64TiB",
                    "The most memory one task may ask for.");
    static final SettingKey<Integer> TASK_GPUS_MAX =
            new SettingKey<>(
                    "scheduling.taskMax.gpus",
                    whole(0, 1_000_000),
                    "1024",
                    "The most gpus one task may ask for.");
    static final SettingKey<SortedMap<String, Long>> TASK_NAMED_MAX =
            new SettingKey<>(
                    "scheduling.taskMax.named",
                    SettingKind.counts(SettingKeys.NAMED_MAX),
                    "",
                    "The most of a named resource one task may ask for; of a name not listed, "
                            + SettingKeys.NAMED_MAX
                            + ".");
    static final SettingKey<Duration> PREFETCH_BELOW =
            new SettingKey<>(
                    "scheduling.prefetchBelow",
                    duration("0s", "10s"),
                    "50ms",
                    "Mean run time under which workers hold tasks in advance.");
    static final SettingKey<Integer> PREFETCH_MAX =
            new SettingKey<>(
                    "scheduling.prefetchMax",
                    whole(0, 10_000),
                    "256",
                    "Tasks that a worker holds in advance at the most.");
    static final SettingKey<SortedMap<String, Long>> WEIGHTS =
            new SettingKey<>(
                    "scheduling.fairness.weights",
                    SettingKind.counts(1, 1_000_000),
                    "",
                    "Weights of namespaces in the shares of the cluster; 1 where none is named.");
    static final SettingKey<Long> NAMESPACE_MAX =
            new SettingKey<>(
                    "scheduling.limits.namespace",
                    SettingKind.count(0, 100_000_000),
                    "0",
                    "Tasks of one namespace that workers may have at once; 0 means any number.");
    static final SettingKey<SortedMap<String, Long>> NAMESPACE_MAXIMA =
            new SettingKey<>(
                    "scheduling.limits.namespaces",
                    SettingKind.counts(100_000_000),
                    "",
                    "The same for single namespaces.");
    static final SettingKey<SortedMap<String, Long>> LABEL_MAXIMA =
            new SettingKey<>(
                    "scheduling.limits.labels",
                    SettingKind.labelCounts(100_000_000),
                    "",
                    "Tasks that workers may have at once of all jobs with a label.");
    static final SettingKey<Duration> RESERVATION_AFTER =
            new SettingKey<>(
                    "scheduling.reservation.after",
                    duration("0s", "1d"),
                    "10s",
                    "How long the first of the queue is passed over before a worker is kept free"
                            + " for it.");
    static final SettingKey<String> WORKER_NAME =
            new SettingKey<>(
                    "worker.name",
                    SettingKind.text("1 to 63 letters, digits, '.', '_' or '-'", WORKER),
                    "",
                    "Lasting name of the worker; left out, the host name with the first free"
                            + " number in the data directory.");
    static final SettingKey<Integer> SLOTS =
            new SettingKey<>(
                    "worker.slots",
                    whole(0, 10_000),
                    "0",
                    "Tasks of a cpu or more at the same time; smaller ones share a slot. 0 means"
                            + " as many as there are cpus.");
    static final SettingKey<Long> WORKER_CPUS =
            new SettingKey<>(
                    "worker.extra.cpus",
                    SettingKind.cpuMillis(1_000_000),
                    "0",
                    "Cpus to offer; 0 means one for each slot.");
    static final SettingKey<Long> WORKER_MEMORY =
            new SettingKey<>(
                    "worker.extra.memory",
                    size("0B", "1024PiB"),
                    "0",
                    "Memory to offer; 0 means what the machine or its container has.");
    static final SettingKey<Integer> WORKER_GPUS =
            new SettingKey<>("worker.extra.gpus", whole(0, 1_000_000), "0", "Gpus to offer.");
    static final SettingKey<SortedMap<String, Long>> WORKER_NAMED =
            new SettingKey<>(
                    "worker.extra.named",
                    SettingKind.counts(SettingKeys.NAMED_MAX),
                    "",
                    "Any other countable thing to offer, by name.");
    static final SettingKey<SortedMap<String, String>> LABELS =
            new SettingKey<>(
                    "worker.labels",
                    SettingKind.texts("names with texts", LABEL),
                    "",
                    "What the constraints of a task are compared with.");
    static final SettingKey<String> EXECUTOR =
            new SettingKey<>(
                    "worker.executor",
                    SettingKind.className(),
                    "dev.orrery.execution.PosixExecutor",
                    "Component that runs one attempt.");
    static final SettingKey<List<String>> ENVIRONMENT =
            new SettingKey<>(
                    "worker.environment",
                    SettingKind.list("names of variables", VARIABLE),
                    "PATH, HOME, LANG, LC_ALL, TZ, USER, SHELL",
                    "Variables of the worker's own that tasks inherit.");
    static final SettingKey<Duration> KILL_GRACE =
            new SettingKey<>(
                    "worker.killGrace",
                    duration("0s", "10m"),
                    "10s",
                    "Pause between TERM and KILL.");
    static final SettingKey<Duration> EXIT_DRAIN =
            new SettingKey<>(
                    "worker.exitDrain",
                    duration("0s", "1m"),
                    "2s",
                    "How long output is read on after the process ended.");
    static final SettingKey<Long> OUTPUT_BYTES_MAX =
            new SettingKey<>(
                    "worker.outputBytesMax",
                    size("0B", "1TiB"),
                    "256MiB",
                    "Kept of each captured stream of an attempt; the rest is counted.");
    static final SettingKey<Long> FILES_BYTES_MAX =
            new SettingKey<>(
                    "worker.filesBytesMax",
                    size("0B", "16TiB"),
                    "4GiB",
                    "All declared outputs of an attempt together.");
    static final SettingKey<Integer> PIDS_MAX =
            new SettingKey<>(
                    "worker.pidsMax",
                    whole(1, 4_194_304),
                    "512",
                    "Processes of one attempt, where a cgroup can hold it.");

    /** The replaceable parts of the scheduler, by the last part of their name. */
    static final List<SettingKey<String>> COMPONENTS =
            List.of(
                    PRIORITIZER,
                    QUEUE_POLICY,
                    PLACEMENT,
                    WORKER_POOL,
                    CAPACITY_VALIDATOR,
                    RETRY_POLICY);

    static final List<SettingKey<?>> ALL =
            List.of(
                    PRIORITIZER,
                    QUEUE_POLICY,
                    PLACEMENT,
                    WORKER_POOL,
                    CAPACITY_VALIDATOR,
                    RETRY_POLICY,
                    HEARTBEAT,
                    FENCE,
                    FENCE_KILL,
                    LEASE,
                    QUEUE_MAX,
                    TASK_CPUS_MAX,
                    TASK_MEMORY_MAX,
                    TASK_GPUS_MAX,
                    TASK_NAMED_MAX,
                    PREFETCH_BELOW,
                    PREFETCH_MAX,
                    WEIGHTS,
                    NAMESPACE_MAX,
                    NAMESPACE_MAXIMA,
                    LABEL_MAXIMA,
                    RESERVATION_AFTER,
                    WORKER_NAME,
                    SLOTS,
                    WORKER_CPUS,
                    WORKER_MEMORY,
                    WORKER_GPUS,
                    WORKER_NAMED,
                    LABELS,
                    EXECUTOR,
                    ENVIRONMENT,
                    KILL_GRACE,
                    EXIT_DRAIN,
                    OUTPUT_BYTES_MAX,
                    FILES_BYTES_MAX,
                    PIDS_MAX);

    private WorkKeys() {}

    private static SettingKey<String> component(String seam, String className, String meaning) {
        return new SettingKey<>(
                "scheduling.components." + seam,
                SettingKind.component("dev.orrery.scheduling.policy"),
                "dev.orrery.scheduling.policy." + className,
                meaning);
    }
}
