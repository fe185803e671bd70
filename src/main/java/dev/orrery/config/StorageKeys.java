package dev.orrery.config;

import static dev.orrery.config.SettingKind.duration;
import static dev.orrery.config.SettingKind.optionalPath;
import static dev.orrery.config.SettingKind.size;
import static dev.orrery.config.SettingKind.whole;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of {@code storage}, {@code blobs} and {@code limits}. */
final class StorageKeys {

    static final SettingKey<String> CENTRAL_STORE =
            new SettingKey<>(
                    "storage.centralStore",
                    SettingKind.className(),
                    "dev.orrery.store.FileCentralStore",
                    "Component that keeps inputs, outputs and logs.");
    static final SettingKey<Duration> RETENTION =
            new SettingKey<>(
                    "storage.retention",
                    duration("0s", "36500d"),
                    "7d",
                    "How long an ended job stays that names no retention of its own.");
    static final SettingKey<Duration> RETENTION_MAX =
            new SettingKey<>(
                    "storage.retentionMax",
                    duration("0s", "36500d"),
                    "365d",
                    "The longest retention a job may ask for.");
    static final SettingKey<Duration> IDEMPOTENCY_TTL =
            new SettingKey<>(
                    "storage.idempotencyTtl",
                    duration("1m", "30d"),
                    "1d",
                    "How long an Idempotency-Key is remembered.");
    static final SettingKey<Long> FREE_BYTES_MIN =
            new SettingKey<>(
                    "storage.freeBytesMin",
                    size("0B", "1PiB"),
                    "64MiB",
                    "Space that stays free; below it submissions are refused with 507.");
    static final SettingKey<Integer> REPLICAS_MIN =
            new SettingKey<>(
                    "blobs.replicas.min",
                    whole(1, 5),
                    "2",
                    "Masters that have a file or a log before it counts as kept; one master alone,"
                            + " on SQLite, keeps all by itself.");
    static final SettingKey<Optional<Path>> BLOBS_DIRECTORY =
            new SettingKey<>(
                    "blobs.directory",
                    optionalPath(),
                    "",
                    "Directory of files and logs that all masters share, and that outlives each of"
                            + " them; left out, each has its own in its data directory.");
    static final SettingKey<Long> BODY_BYTES_MAX =
            new SettingKey<>("limits.bodyBytesMax", size("1KiB", "64MiB"), "1MiB", "A JSON body.");
    static final SettingKey<Long> UPLOAD_BYTES_MAX =
            new SettingKey<>(
                    "limits.uploadBytesMax",
                    size("1KiB", "1PiB"),
                    "4GiB",
                    "A whole multipart body.");
    static final SettingKey<Integer> UPLOAD_PARTS_MAX =
            new SettingKey<>(
                    "limits.uploadPartsMax",
                    whole(1, 100_000),
                    "1024",
                    "Parts of a multipart body.");
    static final SettingKey<Duration> UPLOAD_IDLE =
            new SettingKey<>(
                    "limits.uploadIdle",
                    duration("1s", "1h"),
                    "30s",
                    "Pause within an upload after which it is given up.");
    static final SettingKey<Long> STREAM_BUFFER_BYTES =
            new SettingKey<>(
                    "limits.streamBufferBytes",
                    size("4KiB", "64MiB"),
                    "256KiB",
                    "Unsent bytes of one WebSocket or SSE client.");
    static final SettingKey<Integer> STREAM_BUFFER_EVENTS =
            new SettingKey<>(
                    "limits.streamBufferEvents",
                    whole(1, 1_000_000),
                    "1000",
                    "Unsent events of one WebSocket or SSE client.");
    static final SettingKey<Integer> STREAM_TOPICS_MAX =
            new SettingKey<>(
                    "limits.streamTopicsMax", whole(1, 1_000_000), "1000", "Topics of one client.");
    static final SettingKey<Integer> STREAM_CLIENTS_MAX =
            new SettingKey<>(
                    "limits.streamClientsMax",
                    whole(1, 1_000_000),
                    "20000",
                    "Clients of one proxy.");
    static final SettingKey<Duration> STREAM_PING =
            new SettingKey<>(
                    "limits.streamPing",
                    duration("1s", "10m"),
                    "15s",
                    "Pause between two pings of a WebSocket or SSE client.");
    static final SettingKey<Duration> CONNECTION_IDLE =
            new SettingKey<>(
                    "limits.connectionIdle",
                    duration("1s", "1h"),
                    "60s",
                    "A connection on which no request comes, or whose client reads nothing, is"
                            + " closed after it.");

    static final List<SettingKey<?>> ALL =
            List.of(
                    DatabaseKeys.URL,
                    DatabaseKeys.USER,
                    DatabaseKeys.PASSWORD_FILE,
                    DatabaseKeys.ROOT_CERT,
                    CENTRAL_STORE,
                    RETENTION,
                    RETENTION_MAX,
                    IDEMPOTENCY_TTL,
                    FREE_BYTES_MIN,
                    REPLICAS_MIN,
                    BLOBS_DIRECTORY,
                    BODY_BYTES_MAX,
                    UPLOAD_BYTES_MAX,
                    UPLOAD_PARTS_MAX,
                    UPLOAD_IDLE,
                    STREAM_BUFFER_BYTES,
                    STREAM_BUFFER_EVENTS,
                    STREAM_TOPICS_MAX,
                    STREAM_CLIENTS_MAX,
                    STREAM_PING,
                    CONNECTION_IDLE);

    private StorageKeys() {}
}
