package dev.orrery.store;

import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.Outcome;
import dev.orrery.model.Resources;
import dev.orrery.model.StoredFile;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.Usage;
import dev.orrery.model.Work;
import dev.orrery.model.WorkerId;
import dev.orrery.model.schedule.Cron;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Values and events as a leader would make them, from a seeded source. */
public final class Histories {

    /** When the histories begin. */
    public static final Instant START = Instant.parse("2026-11-22T10:00:00.123456789Z");

    private static final WorkerId WORKER = new WorkerId("w-1");

    private Histories() {}

    /** A job id of version 7, made at the given time. */
    public static JobId jobId(RandomGenerator random, Instant at) {
        long high = (at.toEpochMilli() << 16) | 0x7000 | random.nextInt(0x1000);
        return new JobId(new UUID(high, random.nextLong() >>> 2 | Long.MIN_VALUE));
    }

    /** A blob id that names no real bytes. */
    public static BlobId blobId(RandomGenerator random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return new BlobId(HexFormat.of().formatHex(bytes));
    }

    /** A specification that says only what tests look at. */
    public static JobSpec spec(
            String namespace, String name, Map<String, String> labels, List<StoredFile> inputs) {
        return new JobSpec(
                new Namespace(namespace),
                "admin",
                name,
                new TreeMap<>(labels),
                new Work.Command(List.of("/bin/echo", "hello")),
                new TreeMap<>(),
                Bytes.EMPTY,
                inputs,
                List.of(),
                1,
                Resources.ONE_CPU,
                3,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                JobSpec.RetryRule.DEFAULT,
                Duration.ofDays(7),
                List.of(),
                0,
                false);
    }

    /** A schedule that fires every night. */
    public static ScheduleSpec schedule(String name) {
        return schedule(name, spec("default", "job of " + name, Map.of(), List.of()));
    }

    /** A schedule that submits this job every night. */
    public static ScheduleSpec schedule(String name, JobSpec job) {
        return new ScheduleSpec(
                name,
                Cron.parse("0 3 * * *"),
                ZoneId.of("Europe/Berlin"),
                job,
                ScheduleSpec.Misfire.ONCE,
                ScheduleSpec.Overlap.FORBID,
                Optional.of(START),
                Optional.empty());
    }

    /** The first event of a job. */
    public static JobEvent submitted(JobId job, Instant at, JobSpec spec, long number) {
        return submitted(job, at, spec, number, Optional.empty());
    }

    /** The first event of a job that was submitted under a key. */
    public static JobEvent submitted(
            JobId job, Instant at, JobSpec spec, long number, Optional<IdempotencyKey> key) {
        return new JobEvent(
                job, 1, at, TaskStatus.QUEUED, new JobEvent.Submitted(spec, number, key));
    }

    /** An attempt is given to the worker. */
    public static JobEvent assigned(JobId job, long seq, Instant at, int attempt) {
        return new JobEvent(
                job,
                seq,
                at,
                TaskStatus.ASSIGNED,
                new JobEvent.Assigned(TaskRange.single(job), attempt, WORKER, 1));
    }

    /** The worker started it. */
    public static JobEvent started(JobId job, long seq, Instant at, int attempt) {
        return new JobEvent(
                job,
                seq,
                at,
                TaskStatus.RUNNING,
                new JobEvent.Started(TaskRange.single(job), attempt, at));
    }

    /** The attempt ended, and the job with it. */
    public static JobEvent over(JobId job, long seq, Instant at, int attempt, int exitCode) {
        TaskStatus end = exitCode == 0 ? TaskStatus.SUCCEEDED : TaskStatus.FAILED;
        return ended(
                job,
                seq,
                end,
                attempt,
                result(exitCode, at, List.of()),
                new JobEvent.Next.Over(end, exitCode == 0 ? "ok" : "exit-code"));
    }

    /** The attempt ended with a result. */
    public static JobEvent ended(
            JobId job,
            long seq,
            TaskStatus status,
            int attempt,
            AttemptResult result,
            JobEvent.Next next) {
        return new JobEvent(
                job,
                seq,
                result.endedAt(),
                status,
                new JobEvent.AttemptEnded(TaskRange.single(job), attempt, WORKER, result, next));
    }

    /** The result of a process that ran for 20 ms. */
    public static AttemptResult result(int exitCode, Instant at, List<StoredFile> outputs) {
        Bytes hello = Bytes.utf8("hello\n");
        return new AttemptResult(
                new Outcome.Exited(exitCode),
                new Usage(
                        Duration.ofMillis(20), Duration.ofMillis(2), Duration.ofMillis(1), 1 << 20),
                Optional.of(at.minusMillis(20)),
                at,
                new CapturedLog(hello.size(), 0, new Content.Inline(hello)),
                CapturedLog.EMPTY,
                outputs);
    }

    /** A file whose bytes are stored. */
    public static StoredFile stored(String name, BlobId blob) {
        return new StoredFile(name, 1 << 20, blob.sha256(), new Content.Stored(blob));
    }
}
