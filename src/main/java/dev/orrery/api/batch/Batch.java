package dev.orrery.api.batch;

import dev.orrery.api.Call;
import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.JobReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.rest.Intake;
import dev.orrery.api.rest.Leader;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;

import io.vertx.core.Future;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One batch while its lines come: each is checked at once, and asked of the leader in groups. On a
 * thread that may block, which is how the client is slowed down.
 */
final class Batch implements LineSplitter.Sink {
    private static final int GROUP_LINES = 512;
    private static final int GROUP_BYTES = 512 * 1024;

    private final Place place;
    private final Files files;
    private final LineSplitter lines;
    private List<Entry> group = new ArrayList<>();
    private long groupBytes;

    /**
     * Where a batch comes from and goes to.
     *
     * @param key the idempotency key of the whole, of which those of its lines are made
     */
    record Place(
            Call call,
            Intake intake,
            Leader leader,
            Undecided undecided,
            BatchAnswer answer,
            Optional<String> key,
            int lineBytesMax) {}

    /**
     * Files that all jobs of a batch are given.
     *
     * @param script the name of the one to run
     */
    record Files(Optional<String> script, List<StoredFile> all) {
        static final Files NONE = new Files(Optional.empty(), List.of());
    }

    Batch(Place place, Files files) {
        this.place = place;
        this.files = files;
        this.lines = new LineSplitter(place.lineBytesMax(), this);
    }

    /** Takes the next bytes. What is whole of them does not wait for what follows. */
    void take(byte[] bytes) throws InterruptedException {
        lines.take(bytes, 0, bytes.length);
        send();
    }

    /** The body is over. */
    void end() throws InterruptedException {
        lines.end();
        send();
    }

    /** Whether the rest of the body is not worth reading. */
    boolean isOver() {
        return place.answer().isOver();
    }

    @Override
    public void line(long number, byte[] bytes) throws InterruptedException {
        add(read(number, bytes), bytes.length);
    }

    @Override
    public void tooLong(long number) throws InterruptedException {
        Problem problem =
                Problem.of(
                        ProblemCode.TOO_LARGE,
                        "the line is longer than " + place.lineBytesMax() + " bytes",
                        "send less; files go into parts of a multipart upload");
        add(new Entry.Bad(number, problem), 0);
    }

    private Entry read(long number, byte[] bytes) {
        try {
            JobDraft draft = new JobDraft();
            JobReader.readLine(bytes, draft);
            Optional<String> key = draft.idempotencyKey();
            key.ifPresent(text -> Intake.checkKey("idempotencyKey", text));
            SchedulerRequest.Submit submission =
                    place.intake()
                            .check(
                                    place.call(),
                                    new Intake.Fields(draft, files.script()),
                                    files.all(),
                                    key.or(() -> place.key().map(it -> it + "#" + number)));
            return new Entry.Job(number, submission);
        } catch (Refusal refusal) {
            return new Entry.Bad(number, refusal.problem());
        }
    }

    private void add(Entry entry, int bytes) throws InterruptedException {
        if (isOver()) {
            return;
        }
        group.add(entry);
        groupBytes += bytes;
        if (group.size() == GROUP_LINES || groupBytes >= GROUP_BYTES) {
            send();
        }
    }

    private void send() throws InterruptedException {
        if (group.isEmpty()) {
            return;
        }
        List<Entry> entries = group;
        int size = Undecided.sizeOf(entries.size(), groupBytes);
        group = new ArrayList<>();
        groupBytes = 0;
        place.answer().enter(entries.size());
        place.undecided().enter(size);
        List<SchedulerRequest.Submit> submissions = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry instanceof Entry.Job job) {
                submissions.add(job.submission());
            }
        }
        place.answer().add(entries, () -> decide(submissions, size));
    }

    private Future<List<SchedulerReply.Verdict>> decide(
            List<SchedulerRequest.Submit> submissions, int size) {
        Future<List<SchedulerReply.Verdict>> verdicts =
                submissions.isEmpty()
                        ? Future.succeededFuture(List.of())
                        : place.leader().submit(submissions);
        return verdicts.onComplete(_ -> place.undecided().leave(size));
    }
}
