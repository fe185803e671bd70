package dev.orrery.api.logs;

import dev.orrery.api.Blocking;
import dev.orrery.api.JobHistory;
import dev.orrery.store.JobReads;
import dev.orrery.store.LogFiles;
import dev.orrery.store.StoreException;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads output on a master, which has it or gets it from another one. */
public final class LocalLogSource implements LogSource {
    private final JobReads reads;
    private final AttemptLogs logs;
    private final LogFiles files;
    private final Blocking blocking;

    /** Reads from these stores, where blocking is allowed. */
    public LocalLogSource(JobReads reads, AttemptLogs logs, LogFiles files, Blocking blocking) {
        this.reads = reads;
        this.logs = logs;
        this.files = files;
        this.blocking = blocking;
    }

    @Override
    public Future<Buffer> read(Piece piece) {
        return blocking.call(() -> readNow(piece));
    }

    private Buffer readNow(Piece piece) throws IOException, StoreException {
        if (piece.offset() >= files.sizeBytes(piece.attempt(), piece.stream())) {
            files.catchUp(piece.attempt(), piece.stream(), OptionalLong.empty());
        }
        Optional<Path> file = files.find(piece.attempt(), piece.stream());
        if (file.isPresent()) {
            long size = files.sizeBytes(piece.attempt(), piece.stream());
            long length = Math.clamp(size - piece.offset(), 0, piece.bytesMax());
            return AttemptLogs.readFile(file.get(), piece.offset(), (int) length);
        }
        JobHistory history = JobHistory.read(reads, piece.attempt().job());
        Optional<JobHistory.Attempt> attempt = history.attempt(piece.attempt().number());
        return attempt.isEmpty()
                ? Buffer.buffer()
                : AttemptLogs.read(
                        logs.view(attempt.get(), piece.stream()), piece.offset(), piece.bytesMax());
    }
}
