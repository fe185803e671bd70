package dev.orrery.store;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Output that workers ship while attempts run: an append file for each attempt and stream. */
public interface LogFiles extends AutoCloseable {

    /** How many shelves there are, on which jobs are spread evenly. */
    int SHELVES = 256;

    /**
     * Appends bytes that begin at the given offset of the stream. Bytes that are already there are
     * skipped, so a repeated piece is harmless.
     *
     * @return the size after it
     * @throws GapException when the offset lies beyond the end
     * @throws IOException when the disk is full
     */
    long append(AttemptId attempt, CapturedLog.Stream stream, long offset, ByteBuffer bytes)
            throws IOException;

    /**
     * Makes what was appended durable: nothing more comes.
     *
     * @throws TooFewCopiesException when it is not on as many masters as must have it
     */
    void sync(AttemptId attempt, CapturedLog.Stream stream) throws IOException;

    /** How many bytes are here; 0 when nothing was shipped. */
    long sizeBytes(AttemptId attempt, CapturedLog.Stream stream);

    /** The file, when something is here. */
    Optional<Path> find(AttemptId attempt, CapturedLog.Stream stream);

    /**
     * Brings here what other masters have beyond what is here.
     *
     * @param wantedBytes the size of the whole log, where it is known
     * @throws TooFewCopiesException when all are wanted and known to be somewhere, but not where
     *     they can be had
     */
    void catchUp(AttemptId attempt, CapturedLog.Stream stream, OptionalLong wantedBytes)
            throws IOException;

    /**
     * Brings here all complete output of a job that other masters have; what of it could not be
     * had. Asks nobody for what is here already.
     */
    List<Log> catchUp(JobId job) throws IOException;

    /** Removes all files of these jobs. */
    void remove(List<JobId> jobs) throws IOException;

    /** Jobs with files on one of the shelves, of which none came within the last hour. */
    List<JobId> quiet(int shelf) throws IOException;

    /** Which attempts' streams of a job are here. */
    List<Log> of(JobId job) throws IOException;

    @Override
    void close();

    /** One stream of one attempt. */
    record Log(AttemptId attempt, CapturedLog.Stream stream) {}

    /** A piece begins beyond what is here: ship again from its end. */
    final class GapException extends IOException {
        private static final long serialVersionUID = 1L;

        private final long sizeBytes;

        GapException(long offset, long sizeBytes) {
            super("a piece begins at " + offset + " of a log of " + sizeBytes + " bytes");
            this.sizeBytes = sizeBytes;
        }

        /** How many bytes are here. */
        public long sizeBytes() {
            return sizeBytes;
        }
    }
}
