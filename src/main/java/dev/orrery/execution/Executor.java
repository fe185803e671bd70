package dev.orrery.execution;

import dev.orrery.model.AttemptId;
import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.WorkerCommand.Assignment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.ServiceLoader;

/** Runs attempts on this machine (one of the replaceable components). */
public interface Executor extends AutoCloseable {

    /**
     * Begins an attempt and returns at once. The listener is told from other threads, in order: at
     * most one {@code started}, then any progress and output, then exactly one {@code ended}.
     */
    Execution start(Assignment assignment, Listener listener);

    /**
     * Takes an attempt that begins when one that runs ends, in its place and without a question
     * back, so that a slot does not wait for its worker between two short tasks. Followers begin in
     * the order they came.
     *
     * @return empty when nothing runs, or when this executor does no such thing
     */
    default Optional<Execution> follow(Assignment assignment, Listener listener) {
        return Optional.empty();
    }

    /**
     * Kills what an earlier incarnation of this worker left; called once, before any {@code start}.
     *
     * @return how many processes were killed
     */
    int killLeftovers();

    /** One line that says which limits hold on this machine, for the log at start. */
    String limits();

    /** Stops whatever still runs, at once. */
    @Override
    void close();

    /** A running attempt, or one that follows. */
    interface Execution {

        /** Takes back a follower; false when it has begun. */
        default boolean withdraw() {
            return false;
        }

        /** Stops it: TERM, the grace time, then KILL to all of its processes. Repeatable. */
        void stop(StopReason reason);

        /** KILL to all of its processes without grace. */
        void kill(StopReason reason);
    }

    /** Who hears of an attempt. */
    interface Listener {

        /** The process runs; not told of one that ends soon after, whose end says the same. */
        void started(AttemptId attempt, Instant at);

        /** The task said how far it is, from 0 to 1. */
        void progress(AttemptId attempt, double fraction, String text);

        /**
         * The attempt is over, its files are stored, and none of its processes is left.
         *
         * @param follower what has begun in its place
         */
        void ended(AttemptId attempt, AttemptResult result, Optional<AttemptId> follower);
    }

    /** How bytes come to and leave the worker: HTTP to a master, under the attempt's token. */
    interface Transfer {

        /**
         * Copies a stored input into a file and checks its checksum.
         *
         * @throws IOException when it cannot be fetched whole
         */
        void fetch(Assignment assignment, StoredFile input, Path to) throws IOException;

        /** Stores a file that is too large to ride in a report. */
        BlobId store(Assignment assignment, Path file) throws IOException;

        /**
         * Ships a piece of captured output; returns when a master has it, and with the last one
         * when as many have all of it as must.
         *
         * @throws BehindException when earlier bytes must be shipped again
         */
        void ship(
                Assignment assignment,
                CapturedLog.Stream stream,
                long offset,
                ByteBuffer bytes,
                boolean last)
                throws IOException;

        /** A master that has taken over lacks earlier bytes of a stream. */
        final class BehindException extends IOException {
            private static final long serialVersionUID = 1L;

            private final long sizeBytes;

            /** The master has so many bytes. */
            public BehindException(long sizeBytes) {
                super("the master has " + sizeBytes + " bytes of the stream");
                this.sizeBytes = sizeBytes;
            }

            /** From where to ship again. */
            public long sizeBytes() {
                return sizeBytes;
            }
        }
    }

    /** Makes executors of one class; found by {@link ServiceLoader}. */
    interface Provider {

        /** The class name of the executor, as the configuration gives it. */
        String executor();

        /** A new one. */
        Executor create(ExecutorContext context);
    }
}
