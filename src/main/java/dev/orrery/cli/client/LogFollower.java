package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the output of a job byte-exactly while it grows, and ends with the job.
 *
 * <p>Chunks come live and may be missed; each says where it belongs, so that a gap is seen, and
 * fetched by its offset. At the end what the record knows and was not seen is fetched too.
 */
public final class LogFollower {

    /** One of the two captured streams. */
    public enum Stream {
        /** Standard output. */
        STDOUT,
        /** Standard error. */
        STDERR;

        /** As the API writes it. */
        public String apiName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static final int COPY_BYTES = 1 << 16;

    private final Jobs jobs;
    private final String job;
    private final Map<Stream, OutputStream> targets;
    private final Map<Stream, Long> positions = new EnumMap<>(Stream.class);
    private final Backoff backoff = new Backoff();
    private long from;
    private int attempt;

    /**
     * Follows a job from the first byte of an attempt.
     *
     * @param job the full id
     * @param attempt the first one to show; later ones follow it
     * @param from the number of the job's last event that is known
     * @param targets where each stream goes; a stream that is not there is not shown
     */
    public LogFollower(
            Jobs jobs, String job, int attempt, long from, Map<Stream, OutputStream> targets) {
        this.jobs = jobs;
        this.job = job;
        this.attempt = attempt;
        this.from = from;
        this.targets = new EnumMap<>(targets);
    }

    /** Writes until the job is over; its record then. */
    public JsonNode follow() {
        while (true) {
            boolean ended = followOnce();
            JsonNode record = jobs.get(job);
            if (Jobs.isTerminal(record)) {
                finish(record);
                return record;
            }
            from = record.path("lastSeq").asLong(from);
            if (!ended) {
                backoff.rest();
            }
        }
    }

    /** Writes what there is of one attempt. */
    public void copy() {
        targets.keySet().forEach(this::catchUp);
    }

    private boolean followOnce() {
        try (EventStream events =
                EventStream.open(jobs.client(), List.of("logs." + job, "jobs." + job), from)) {
            for (Optional<ServerEvent> next = events.next();
                    next.isPresent();
                    next = events.next()) {
                backoff.reset();
                JsonNode content = next.get().content();
                // The end of the job is enough: what is missing then is fetched.
                if (next.get().type().equals("end") || next.get().isTerminal()) {
                    return true;
                }
                if (next.get().type().equals("chunk")) {
                    chunk(content);
                }
            }
            return false;
        }
    }

    private void chunk(JsonNode content) {
        int of = content.path("attempt").asInt();
        if (of < attempt) {
            return;
        }
        if (of > attempt) {
            finish(jobs.get(job), attempt);
            moveTo(of);
        }
        Stream stream =
                content.path("stream").asText().equals("stderr") ? Stream.STDERR : Stream.STDOUT;
        OutputStream target = targets.get(stream);
        if (target == null) {
            return;
        }
        long offset = content.path("offset").asLong();
        if (offset > position(stream)) {
            catchUp(stream);
        }
        byte[] bytes = Base64.getDecoder().decode(content.path("data").asText());
        long seen = position(stream) - offset;
        if (seen >= 0 && seen < bytes.length) {
            write(target, bytes, (int) seen, bytes.length - (int) seen);
            positions.put(stream, offset + bytes.length);
        }
    }

    private void moveTo(int next) {
        attempt = next;
        positions.clear();
    }

    /** Attempts that ended without a chunk seen, and the rest of the last one. */
    private void finish(JsonNode record) {
        for (JsonNode ended : Json.items(record, "attempts")) {
            int number = ended.path("number").asInt();
            if (number > attempt) {
                moveTo(number);
            }
            finish(record, number);
        }
    }

    /** The rest of this attempt, if it is the one. */
    private void finish(JsonNode record, int number) {
        for (JsonNode ended : Json.items(record, "attempts")) {
            if (number == attempt && ended.path("number").asInt() == number) {
                finish(Stream.STDOUT, ended.path("stdoutBytes").asLong(Long.MAX_VALUE));
                finish(Stream.STDERR, ended.path("stderrBytes").asLong(Long.MAX_VALUE));
            }
        }
    }

    private void finish(Stream stream, long bytes) {
        if (!targets.containsKey(stream) || position(stream) >= bytes) {
            return;
        }
        try {
            jobs.client().repeat(() -> catchUp(stream, bytes), () -> position(stream));
        } catch (IOException e) {
            throw new UnreachableException("the log broke off", e);
        }
    }

    private void catchUp(Stream stream, long bytes) throws WholeAnswer.BrokenOff {
        catchUp(stream);
        if (bytes < Long.MAX_VALUE && position(stream) < bytes) {
            throw new WholeAnswer.BrokenOff(
                    "the log has " + position(stream) + " of " + bytes + " bytes");
        }
    }

    private long position(Stream stream) {
        return positions.getOrDefault(stream, 0L);
    }

    private void catchUp(Stream stream) {
        OutputStream target = targets.get(stream);
        if (target == null) {
            return;
        }
        try {
            // What came is written; the rest is asked for by its offset, wherever it is.
            jobs.client().repeat(() -> copyTo(target, stream), () -> position(stream));
        } catch (IOException e) {
            throw new UnreachableException("the log broke off", e);
        }
    }

    private void copyTo(OutputStream target, Stream stream) throws IOException {
        try (InputStream bytes = jobs.client().open(pathOf(stream))) {
            byte[] buffer = new byte[COPY_BYTES];
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                write(target, buffer, 0, read);
                positions.put(stream, position(stream) + read);
            }
        } catch (ApiException e) {
            // An attempt that has not started has no log yet.
            if (e.status() != 404 && e.status() != 416) {
                throw e;
            }
        }
    }

    private ApiPath pathOf(Stream stream) {
        ApiPath path = jobs.path(job, "logs").with("stream", stream.apiName());
        if (attempt > 0) {
            path.with("attempt", Integer.toString(attempt));
        }
        return path.with("offset", Long.toString(position(stream)));
    }

    private static void write(OutputStream target, byte[] bytes, int offset, int length) {
        try {
            target.write(bytes, offset, length);
            target.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the task's output", e);
        }
    }
}
