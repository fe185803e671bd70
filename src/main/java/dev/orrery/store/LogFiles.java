package dev.orrery.store;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Output that workers ship while attempts run: an append file for each attempt and stream. */
public interface LogFiles extends AutoCloseable {

    /**
     * Appends bytes that begin at the given offset of the stream. Bytes that are already there are
     * skipped, so a repeated piece is harmless.
     *
     * @return the size after it
     * @throws IOException when the offset lies beyond the end, or the disk is full
     */
    long append(AttemptId attempt, CapturedLog.Stream stream, long offset, ByteBuffer bytes)
            throws IOException;

    /** Makes what was appended durable. */
    void sync(AttemptId attempt, CapturedLog.Stream stream) throws IOException;

    /** How many bytes are there; 0 when nothing was shipped. */
    long sizeBytes(AttemptId attempt, CapturedLog.Stream stream);

    /** The file, when something was shipped. */
    Optional<Path> find(AttemptId attempt, CapturedLog.Stream stream);

    /** Removes all files of these jobs. */
    void remove(List<JobId> jobs) throws IOException;

    @Override
    void close();
}
