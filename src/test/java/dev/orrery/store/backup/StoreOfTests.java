package dev.orrery.store.backup;

import dev.orrery.model.AttemptId;
import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.StoredFile;
import dev.orrery.model.TaskRange;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.store.CentralStore;
import dev.orrery.store.FileCentralStore;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.Histories;
import dev.orrery.store.Leads;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** A store in use with its files, of any engine, and what a leader put into it. */
final class StoreOfTests implements AutoCloseable {

    private final SplittableRandom random = new SplittableRandom(11);
    private final Path data;
    private final Store store;
    private final FileCentralStore blobs;
    private final FileLogFiles logs;
    private final long epoch;
    private final List<JobId> jobs = new ArrayList<>();

    /** Opens the store and leads it. */
    StoreOfTests(Path data, Store store) throws StoreException, IOException {
        this.data = data;
        this.store = store;
        this.blobs = new FileCentralStore(data, store.jobs(), InstantSource.system());
        this.logs = new FileLogFiles(data);
        this.epoch = Leads.lead(store, "test");
    }

    Store store() {
        return store;
    }

    CentralStore blobs() {
        return blobs;
    }

    FileLogFiles logs() {
        return logs;
    }

    long epoch() {
        return epoch;
    }

    List<JobId> jobs() {
        return jobs;
    }

    /** A schedule that has fired. */
    Schedule schedule(String name) throws StoreException {
        ScheduleId id = new ScheduleId(Histories.jobId(random, Histories.START).value());
        Instant at = Histories.START.plusSeconds(60);
        ScheduleChange fired = new ScheduleChange.Fired(at, id.jobAt(at));
        Schedule created = Schedule.created(id, Histories.START, Histories.schedule(name));
        store.commit(
                epoch,
                List.of(
                        new DurableEvent.ScheduleChanged(
                                id,
                                created.createdAt(),
                                new ScheduleChange.Created(created.spec())),
                        new DurableEvent.ScheduleChanged(id, at, fired)));
        return created.after(fired, at);
    }

    /** A job that has ended, with an input and a log. */
    JobId ended(String name) throws StoreException, IOException {
        JobId job = running(name);
        Instant at = Histories.START.plusSeconds(jobs.size());
        store.commit(epoch, List.of(Histories.over(job, 4, at, 1, 0)));
        return job;
    }

    /** A job that runs, with an input and what it has printed. */
    JobId running(String name) throws StoreException, IOException {
        Instant at = Histories.START.plusSeconds(jobs.size());
        JobId job = Histories.jobId(random, at);
        jobs.add(job);
        StoredFile input = Histories.stored("in", blob("input of " + name));
        IdempotencyKey key = new IdempotencyKey("key-" + name, "00ff");
        var spec = Histories.spec("default", name, Map.of("team", name), List.of(input));
        store.commit(
                epoch,
                List.of(
                        Histories.submitted(job, at, spec, jobs.size(), Optional.of(key)),
                        Histories.assigned(job, 2, at, 1),
                        Histories.started(job, 3, at, 1)));
        print(job, 0, "output of " + name);
        return job;
    }

    /** Forgets a job and its bytes, as retention does. */
    void purge(JobId job, String name) throws StoreException, IOException {
        store.commit(epoch, List.of(new DurableEvent.JobsPurged(List.of(job))));
        blobs.discard(idOf("input of " + name));
        logs.remove(List.of(job));
    }

    void print(JobId job, long offset, String text) throws IOException {
        logs.append(attempt(job), CapturedLog.Stream.STDOUT, offset, bytes(text));
    }

    Path log(JobId job) {
        return logs.find(attempt(job), CapturedLog.Stream.STDOUT).orElseThrow();
    }

    BlobId blob(String text) throws IOException {
        try (CentralStore.Staged staged = blobs.stage()) {
            staged.write(bytes(text));
            return staged.keep();
        }
    }

    private BlobId idOf(String text) throws IOException {
        try (CentralStore.Staged staged = blobs.stage()) {
            staged.write(bytes(text));
            return staged.id();
        }
    }

    Path input(String name) throws IOException {
        return blobs.find(idOf("input of " + name)).orElseThrow();
    }

    byte[] backup() throws IOException, SQLException, StoreException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        backup(out);
        return out.toByteArray();
    }

    void backup(OutputStream out) throws IOException, SQLException, StoreException {
        try (Backup backup = Backup.begin(new Backup.Source(store, data, blobs, logs, "test"))) {
            backup.writeTo(out);
        }
    }

    private static AttemptId attempt(JobId job) {
        return new AttemptId(TaskRange.single(job), 1);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        logs.close();
        blobs.close();
        store.close();
    }
}
