package dev.orrery.api.batch;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.api.json.Json;
import dev.orrery.api.json.ProblemJson;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.SchedulerReply.Accepted;
import dev.orrery.protocol.SchedulerReply.Refused;
import dev.orrery.protocol.SchedulerReply.Verdict;

import io.vertx.core.buffer.Buffer;

import java.io.IOException;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The answers of a batch as lines of JSON, and how many of each kind there were. */
final class Tally {
    private static final byte END = '\n';

    private long answered;
    private long accepted;
    private long replayed;

    long answered() {
        return answered;
    }

    /** The answers to a group of lines, of which the leader has decided about the jobs. */
    Buffer lines(List<Entry> entries, List<Verdict> verdicts, Instant now) {
        Iterator<Verdict> next = verdicts.iterator();
        byte[] lines =
                Json.bytes(out -> {
                    for (Entry entry : entries) {
                        switch (entry) {
                            case Entry.Bad(long number, Problem problem) ->
                                    refused(out, number, problem);
                            case Entry.Job job -> decided(out, job, next.next(), now);
                        }
                    }
                });
        answered += entries.size();
        return Buffer.buffer(lines).appendByte(END);
    }

    private void decided(JsonGenerator out, Entry.Job job, Verdict verdict, Instant now)
            throws IOException {
        switch (verdict) {
            case Refused(Problem problem) -> refused(out, job.line(), problem);
            case Accepted it -> accepted(out, job, it, now);
        }
    }

    private void accepted(JsonGenerator out, Entry.Job job, Accepted it, Instant now)
            throws IOException {
        accepted++;
        replayed += it.replayed() ? 1 : 0;
        JobSpec spec = job.submission().spec();
        boolean waits = spec.notBefore().filter(at -> at.isAfter(now)).isPresent();
        out.writeStartObject();
        out.writeNumberField("line", job.line());
        out.writeStringField("id", it.job().toString());
        out.writeNumberField("number", it.number());
        out.writeStringField("namespace", spec.namespace().name());
        out.writeStringField("state", (waits ? TaskStatus.WAITING : TaskStatus.QUEUED).name());
        out.writeBooleanField("replayed", it.replayed());
        out.writeEndObject();
    }

    private static void refused(JsonGenerator out, long line, Problem problem) throws IOException {
        out.writeStartObject();
        out.writeNumberField("line", line);
        out.writeFieldName("problem");
        ProblemJson.write(out, problem);
        out.writeEndObject();
    }

    /**
     * The last line.
     *
     * @param problem why the rest of the body was not taken
     */
    Buffer summary(Optional<Problem> problem) {
        byte[] json =
                Json.bytes(out -> {
                    out.writeStartObject();
                    out.writeBooleanField("done", problem.isEmpty());
                    out.writeNumberField("lines", answered);
                    out.writeNumberField("accepted", accepted);
                    out.writeNumberField("replayed", replayed);
                    out.writeNumberField("refused", answered - accepted);
                    if (problem.isPresent()) {
                        out.writeFieldName("problem");
                        ProblemJson.write(out, problem.get());
                    }
                    out.writeEndObject();
                });
        return Buffer.buffer(json).appendByte(END);
    }

    /** Why the leader is not worth another question, when it did not answer this one. */
    static Optional<Problem> silence(List<Verdict> verdicts) {
        return verdicts.stream()
                .filter(Refused.class::isInstance)
                .map(it -> ((Refused) it).problem())
                .filter(problem -> problem.code() == ProblemCode.UNAVAILABLE)
                .findFirst();
    }
}
