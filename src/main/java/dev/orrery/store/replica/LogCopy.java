package dev.orrery.store.replica;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.store.LogFiles;
import dev.orrery.store.LogFiles.Log;
import dev.orrery.store.Masters.Master;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A log on its way to another master, from where that one's copy ends. */
final class LogCopy {

    private static final int PIECE_BYTES = 1024 * 1024;

    private LogCopy() {}

    /** Returns when the other master has all that is here now, on its disk. */
    static void bring(LogFiles local, Log log, Wire wire, Master to) throws IOException {
        AttemptId attempt = log.attempt();
        Stream stream = log.stream();
        Optional<Path> file = local.find(attempt, stream);
        if (file.isEmpty()) {
            return;
        }
        long end = local.sizeBytes(attempt, stream);
        long there = Math.min(end, wire.logBytes(to, log));
        try (FileChannel from = FileChannel.open(file.get(), StandardOpenOption.READ)) {
            boolean isLast = false;
            while (!isLast) {
                byte[] piece = read(from, there, (int) Math.min(PIECE_BYTES, end - there));
                isLast = there + piece.length == end;
                long next =
                        wire.putLog(to, log, new Wire.Piece(there, Bytes.copyOf(piece), isLast));
                if (next < there + piece.length) {
                    throw new IOException("the other master has lost a part: it has " + next);
                }
                there += piece.length;
            }
        }
    }

    private static byte[] read(FileChannel from, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (from.read(bytes, offset + bytes.position()) < 0) {
                throw new IOException("the log was cut at " + (offset + bytes.position()));
            }
        }
        return bytes.array();
    }
}
