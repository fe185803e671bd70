package dev.orrery.execution;

import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.WorkerCommand.Assignment;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A master in memory: it keeps what it is sent, and may be away or slow. */
final class MasterTransfer implements Executor.Transfer {

    final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    final Map<String, ByteArrayOutputStream> logs = new ConcurrentHashMap<>();
    final Map<String, Boolean> closed = new ConcurrentHashMap<>();
    final AtomicInteger failuresLeft = new AtomicInteger();
    final AtomicInteger pieces = new AtomicInteger();
    volatile boolean keepsWaiting;

    /** More than this does not pass in the time that a call has. */
    volatile int pieceBytesMax = Integer.MAX_VALUE;

    /** After so many pieces another master takes over, which has the first bytes only. */
    volatile int piecesUntilTakeover = Integer.MAX_VALUE;

    volatile int bytesTakenOver;

    @Override
    public void fetch(Assignment assignment, StoredFile input, Path to) throws IOException {
        while (keepsWaiting) {
            synchronized (this) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    throw new IOException("interrupted", e);
                }
            }
        }
        fail();
        Files.write(to, blobs.get(input.sha256()));
    }

    @Override
    public BlobId store(Assignment assignment, Path file) throws IOException {
        fail();
        byte[] content = Files.readAllBytes(file);
        String sha256 = Outputs.sha256(content);
        blobs.put(sha256, content);
        return new BlobId(sha256);
    }

    @Override
    public synchronized void ship(
            Assignment assignment,
            CapturedLog.Stream stream,
            long offset,
            ByteBuffer bytes,
            boolean last)
            throws IOException {
        fail();
        if (bytes.remaining() > pieceBytesMax) {
            throw new IOException("timed out");
        }
        String log = assignment.attempt() + " " + stream;
        ByteArrayOutputStream kept = logs.computeIfAbsent(log, k -> new ByteArrayOutputStream());
        if (pieces.get() == piecesUntilTakeover) {
            piecesUntilTakeover = Integer.MAX_VALUE;
            byte[] first = Arrays.copyOf(kept.toByteArray(), bytesTakenOver);
            kept.reset();
            kept.writeBytes(first);
        }
        if (offset > kept.size()) {
            throw new BehindException(kept.size());
        }
        if (offset != kept.size() || closed.containsKey(log)) {
            throw new IOException("not the next piece: " + offset + " of " + kept.size());
        }
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        kept.writeBytes(piece);
        pieces.incrementAndGet();
        if (last) {
            closed.put(log, true);
        }
    }

    synchronized byte[] log(Assignment assignment, CapturedLog.Stream stream) {
        ByteArrayOutputStream kept = logs.get(assignment.attempt() + " " + stream);
        return kept == null ? new byte[0] : kept.toByteArray();
    }

    boolean isClosed(Assignment assignment, CapturedLog.Stream stream) {
        return closed.containsKey(assignment.attempt() + " " + stream);
    }

    private void fail() throws IOException {
        if (failuresLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IOException("the master is away");
        }
    }
}
