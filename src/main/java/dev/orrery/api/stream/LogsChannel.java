package dev.orrery.api.stream;

import dev.orrery.api.json.Json;
import dev.orrery.api.json.Outcomes;
import dev.orrery.api.logs.LogSource;
import dev.orrery.model.AttemptId;
import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.Outcome;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.LogSize;
import dev.orrery.protocol.TopicMessage.TopicEvent;

import io.vertx.core.buffer.Buffer;

import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The output of one job as it grows. What the job's events say of each attempt, and hints of
 * growth, tell how much there is; each reader is then given piece after piece, attempt after
 * attempt, as fast as it takes them. It leaves an attempt only once its end is known, and all that
 * came before it.
 */
final class LogsChannel implements Channel, JobListener {
    private static final int PIECE_BYTES = 32 * 1024;
    private static final int PIECES_KEPT = 32;

    private final JobId job;
    private final String name;
    private final LogSource source;
    private final String dataUri;
    private final TreeMap<Integer, Output> outputs = new TreeMap<>();
    private final Map<Place, Frame> pieces = new LinkedHashMap<>(16, 0.75f, true);
    private final List<Reader> readers = new ArrayList<>();
    private Optional<JobEvent> end = Optional.empty();

    /** The number of the job's last event that anybody told of. */
    private long known;

    /** The number of the last event that came here. */
    private long seen;

    /** A channel that must be made to listen to the job's events from the first one on. */
    LogsChannel(JobId job, LogSource source, String dataUri) {
        this.job = job;
        this.name = "logs." + job;
        this.source = source;
        this.dataUri = dataUri;
    }

    /** What is known of the output of one attempt. */
    private static final class Output {
        private final AttemptId attempt;
        private final EnumMap<Stream, Long> sizes = new EnumMap<>(Stream.class);
        private final EnumMap<Stream, Bytes> inline = new EnumMap<>(Stream.class);

        /** What a lost attempt shipped before: there to be read, and nobody counted it. */
        private final EnumSet<Stream> uncounted = EnumSet.noneOf(Stream.class);

        private boolean over;

        Output(AttemptId attempt) {
            this.attempt = attempt;
        }

        boolean hasMore(Stream stream, long offset) {
            return offset < size(stream) || uncounted.contains(stream);
        }

        long size(Stream stream) {
            return sizes.getOrDefault(stream, 0L);
        }
    }

    /** Where a piece begins. */
    private record Place(int attempt, Stream stream, long offset) {}

    /** The end of an attempt of which nobody knows how much it had shipped. */
    private static boolean isUncounted(AttemptResult result) {
        return result.outcome() instanceof Outcome.Lost;
    }

    /** A client and how far it is. */
    static final class Reader {
        private final Subscriber subscriber;
        private final EnumMap<Stream, Long> offsets = new EnumMap<>(Stream.class);
        private int attempt;
        private boolean fetching;
        private long endSent;

        Reader(Subscriber subscriber, LogStart start) {
            this.subscriber = subscriber;
            this.attempt = start.attempt();
            offsets.put(Stream.STDOUT, start.stdout());
            offsets.put(Stream.STDERR, start.stderr());
        }

        private void moveTo(int next) {
            attempt = next;
            offsets.clear();
        }

        private long offset(Stream stream) {
            return offsets.getOrDefault(stream, 0L);
        }
    }

    Reader add(Subscriber subscriber, LogStart start) {
        Reader reader = new Reader(subscriber, start);
        readers.add(reader);
        subscriber.deliver(Frame.subscribed(name, 0));
        return reader;
    }

    void remove(Reader reader) {
        readers.remove(reader);
    }

    @Override
    public Topic topic() {
        return new Topic.OfLogs(job);
    }

    @Override
    public boolean isEmpty() {
        return readers.isEmpty();
    }

    @Override
    public void head(Head head) {
        known = Math.max(known, head.seq());
        head.logs().forEach(this::grown);
        pump();
    }

    @Override
    public void event(TopicEvent event) {
        if (event instanceof TopicEvent.LogGrown(LogSize size)
                && size.attempt().job().equals(job)) {
            grown(size);
            pump();
        }
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public void subscribed(long head) {
        known = Math.max(known, head);
        pump();
    }

    @Override
    public void truncated(long first) {
        seen = Math.max(seen, first - 1);
    }

    @Override
    public void live(Frame frame) {}

    @Override
    public void event(JobEvent event, Frame frame) {
        switch (event.change()) {
            case JobEvent.Started started ->
                    output(new AttemptId(started.tasks(), started.attempt()));
            case JobEvent.AttemptEnded ended -> {
                Output output = output(new AttemptId(ended.tasks(), ended.attempt()));
                captured(output, Stream.STDOUT, ended.result().stdout());
                captured(output, Stream.STDERR, ended.result().stderr());
                output.over = true;
                if (isUncounted(ended.result())) {
                    output.uncounted.addAll(EnumSet.allOf(Stream.class));
                }
            }
            case JobEvent.Submitted _,
                    JobEvent.Released _,
                    JobEvent.Assigned _,
                    JobEvent.Unassigned _,
                    JobEvent.CancelRequested _,
                    JobEvent.Ended _,
                    JobEvent.Retried _ -> {}
        }
        seen = event.seq();
        known = Math.max(known, seen);
        end = event.status().isTerminal() ? Optional.of(event) : Optional.empty();
        pump();
    }

    @Override
    public void pump() {
        List.copyOf(readers).forEach(this::pump);
    }

    private void pump(Reader reader) {
        while (!reader.fetching && reader.subscriber.hasRoom()) {
            Output output = outputs.get(reader.attempt);
            if (output != null) {
                Optional<Place> next = nextPiece(reader, output);
                if (next.isPresent()) {
                    give(reader, output, next.get());
                    continue;
                }
            }
            boolean complete = seen >= known && (output == null || output.over);
            Integer later = outputs.higherKey(reader.attempt);
            if (!complete) {
                return;
            }
            if (later == null) {
                giveEnd(reader);
                return;
            }
            reader.moveTo(later);
        }
    }

    private static Optional<Place> nextPiece(Reader reader, Output output) {
        for (Stream stream : Stream.values()) {
            long offset = reader.offset(stream);
            if (output.hasMore(stream, offset)) {
                return Optional.of(new Place(reader.attempt, stream, offset));
            }
        }
        return Optional.empty();
    }

    private void give(Reader reader, Output output, Place place) {
        Frame known = pieces.get(place);
        if (known != null) {
            deliver(reader, place, known);
            return;
        }
        Bytes inline = output.inline.get(place.stream);
        if (inline != null) {
            int length = (int) Math.min(PIECE_BYTES, inline.size() - place.offset);
            Buffer bytes =
                    Buffer.buffer().appendBytes(inline.toArray(), (int) place.offset, length);
            deliver(reader, place, keep(place, bytes));
            return;
        }
        reader.fetching = true;
        source.read(
                        new LogSource.Piece(
                                output.attempt,
                                place.stream,
                                place.offset,
                                PIECE_BYTES,
                                dataUri,
                                reader.subscriber.token()))
                .onComplete(bytes -> {
                    reader.fetching = false;
                    // What is not there yet is asked for again at the next beat.
                    if (bytes.failed()) {
                        return;
                    }
                    if (bytes.result().length() > 0) {
                        deliver(reader, place, keep(place, bytes.result()));
                        pump(reader);
                    } else if (output.uncounted.remove(place.stream)) {
                        output.sizes.merge(place.stream, place.offset, Math::max);
                        pump(reader);
                    }
                });
    }

    private void deliver(Reader reader, Place place, Frame frame) {
        reader.offsets.put(place.stream, frame.piece().orElseThrow().end());
        reader.subscriber.deliver(frame);
    }

    private void giveEnd(Reader reader) {
        if (end.isEmpty() || reader.endSent == end.get().seq()) {
            return;
        }
        reader.endSent = end.get().seq();
        JobEvent last = end.get();
        OptionalInt exitCode =
                last.change() instanceof JobEvent.AttemptEnded ended
                        ? Outcomes.exitCode(ended.result().outcome())
                        : OptionalInt.empty();
        String json =
                Json.text(out -> {
                    out.writeStartObject();
                    out.writeStringField("topic", name);
                    out.writeStringField("type", "end");
                    out.writeStringField("state", last.status().name());
                    if (exitCode.isPresent()) {
                        out.writeNumberField("exitCode", exitCode.getAsInt());
                    }
                    out.writeEndObject();
                });
        reader.subscriber.deliver(Frame.durable(name, "end", 0, json));
    }

    /** Encodes a piece, and keeps it for other readers. */
    private Frame keep(Place place, Buffer bytes) {
        String json =
                Json.text(out -> {
                    out.writeStartObject();
                    out.writeStringField("topic", name);
                    out.writeStringField("type", "chunk");
                    out.writeNumberField("attempt", place.attempt);
                    out.writeStringField("stream", place.stream.name().toLowerCase(Locale.ROOT));
                    out.writeNumberField("offset", place.offset);
                    out.writeStringField(
                            "data", Base64.getEncoder().encodeToString(bytes.getBytes()));
                    out.writeEndObject();
                });
        Frame.Piece piece =
                new Frame.Piece(place.attempt, place.stream, place.offset + bytes.length());
        Frame frame = Frame.chunk(name, piece, json);
        pieces.put(place, frame);
        if (pieces.size() > PIECES_KEPT) {
            pieces.remove(pieces.keySet().iterator().next());
        }
        return frame;
    }

    private void grown(LogSize size) {
        Output output = output(size.attempt());
        output.sizes.merge(size.stream(), size.sizeBytes(), Math::max);
    }

    private static void captured(Output output, Stream stream, CapturedLog log) {
        switch (log.content()) {
            case Content.Inline(Bytes bytes) -> {
                if (bytes.size() > 0) {
                    output.inline.put(stream, bytes);
                    output.sizes.put(stream, (long) bytes.size());
                }
            }
            case Content.Stored _, Content.Shipped _ ->
                    output.sizes.merge(stream, log.sizeBytes(), Math::max);
        }
    }

    private Output output(AttemptId attempt) {
        return outputs.computeIfAbsent(attempt.number(), _ -> new Output(attempt));
    }
}
