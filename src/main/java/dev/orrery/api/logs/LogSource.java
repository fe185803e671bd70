package dev.orrery.api.logs;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

import java.util.Optional;

/** Where a node gets the bytes of captured output from. */
@FunctionalInterface
public interface LogSource {
    /** The bytes from an offset on, as many as are there and wanted; maybe none. */
    Future<Buffer> read(Piece piece);

    /**
     * What to read.
     *
     * @param dataUri where the job's bytes are served, scheme to port
     * @param token the reader's own, for a source that asks over HTTP
     */
    record Piece(
            AttemptId attempt,
            CapturedLog.Stream stream,
            long offset,
            int bytesMax,
            String dataUri,
            Optional<String> token) {}
}
