package dev.orrery.api.logs;

import dev.orrery.api.JobHistory;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.Outcome;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.store.CentralStore;
import dev.orrery.store.LogFiles;

import io.vertx.core.buffer.Buffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;

/** Finds the captured output of attempts: in the record of their end, in a blob, or in a file. */
public final class AttemptLogs {
    /** The stream of an attempt that does not exist yet. */
    public static final View EMPTY = new View(new Place.Memory(Bytes.EMPTY), 0, 0, false);

    private final CentralStore blobs;
    private final LogFiles files;

    /** Looks into these stores. */
    public AttemptLogs(CentralStore blobs, LogFiles files) {
        this.blobs = blobs;
        this.files = files;
    }

    /** Where the bytes of a stream are. */
    public sealed interface Place {
        /** In memory. */
        record Memory(Bytes bytes) implements Place {}

        /** In a file. */
        record File(Path path) implements Place {}
    }

    /**
     * A stream of an attempt as it is now.
     *
     * @param complete whether nothing will be added
     */
    public record View(Place place, long sizeBytes, long droppedBytes, boolean complete) {}

    /**
     * A stream of an attempt as it is now. Blocking.
     *
     * @throws IOException when another master has it and cannot be reached
     */
    public View view(JobHistory.Attempt attempt, CapturedLog.Stream stream) throws IOException {
        Optional<AttemptResult> result = attempt.result();
        bring(attempt, stream);
        if (result.isEmpty()) {
            return shipped(attempt, stream, 0, false);
        }
        CapturedLog log = captured(result.get(), stream);
        return switch (log.content()) {
            case Content.Inline(Bytes bytes) ->
                    bytes.size() == 0
                            ? shipped(attempt, stream, log.droppedBytes(), true)
                            : new View(
                                    new Place.Memory(bytes),
                                    bytes.size(),
                                    log.droppedBytes(),
                                    true);
            case Content.Stored stored ->
                    new View(
                            new Place.File(
                                    blobs.find(stored.blob()).orElseThrow(AttemptLogs::gone)),
                            log.sizeBytes(),
                            log.droppedBytes(),
                            true);
            case Content.Shipped() -> shipped(attempt, stream, log.droppedBytes(), true);
        };
    }

    /** Gets what was shipped to another master: all of it, or so much as there is by now. */
    private void bring(JobHistory.Attempt attempt, CapturedLog.Stream stream) throws IOException {
        Optional<AttemptResult> result = attempt.result();
        if (result.isEmpty() || result.get().outcome() instanceof Outcome.Lost) {
            files.catchUp(attempt.id(), stream, OptionalLong.empty());
            return;
        }
        CapturedLog log = captured(result.get(), stream);
        if (log.content() instanceof Content.Shipped) {
            files.catchUp(attempt.id(), stream, OptionalLong.of(log.sizeBytes()));
        }
    }

    private static CapturedLog captured(AttemptResult result, CapturedLog.Stream stream) {
        return switch (stream) {
            case STDOUT -> result.stdout();
            case STDERR -> result.stderr();
        };
    }

    /** The bytes of a view from an offset on, at most so many. Blocking. */
    public static Buffer read(View view, long offset, int bytesMax) throws IOException {
        int length = (int) Math.min(bytesMax, Math.max(0, view.sizeBytes() - offset));
        return switch (view.place()) {
            case Place.Memory(Bytes bytes) ->
                    Buffer.buffer()
                            .appendBytes(
                                    bytes.toArray(), (int) Math.min(offset, bytes.size()), length);
            case Place.File(Path path) -> readFile(path, offset, length);
        };
    }

    static Buffer readFile(Path path, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            int read;
            do {
                read = file.read(bytes, offset + bytes.position());
            } while (read > 0 && bytes.hasRemaining());
        }
        return Buffer.buffer().appendBytes(bytes.array(), 0, bytes.position());
    }

    /** What an attempt that is lost had shipped before stays readable. */
    private View shipped(
            JobHistory.Attempt attempt,
            CapturedLog.Stream stream,
            long droppedBytes,
            boolean complete) {
        Optional<Path> file = files.find(attempt.id(), stream);
        Place place =
                file.<Place>map(Place.File::new).orElseGet(() -> new Place.Memory(Bytes.EMPTY));
        long size = file.isPresent() ? files.sizeBytes(attempt.id(), stream) : 0;
        return new View(place, size, droppedBytes, complete);
    }

    private static Refusal gone() {
        return Refusal.of(
                ProblemCode.CONTENT_GONE,
                "the output was kept, and is not there any more",
                "look into the data directory of the master");
    }
}
