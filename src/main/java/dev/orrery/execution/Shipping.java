package dev.orrery.execution;

import dev.orrery.execution.Executor.Transfer;
import dev.orrery.execution.Executor.Transfer.BehindException;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.protocol.WorkerCommand.Assignment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings one captured stream to the masters while the task runs, in pieces, on a thread of its own.
 */
final class Shipping {

    static final int PIECE_BYTES = 256 * 1024;

    /** The least that a slow link is asked to carry in one call. */
    static final int PIECE_BYTES_MIN = 16 * 1024;

    private static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Assignment assignment;
    private final CapturedLog.Stream stream;
    private final Spool spool;
    private final Transfer transfer;
    private final Patience patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private boolean finished;
    private Optional<Thread> thread = Optional.empty();
    private int pieceBytes = PIECE_BYTES;
    private volatile long shipped;
    private volatile Optional<IOException> fault = Optional.empty();

    Shipping(
            Assignment assignment,
            CapturedLog.Stream stream,
            Spool spool,
            Transfer transfer,
            Patience patience) {
        this.assignment = assignment;
        this.stream = stream;
        this.spool = spool;
        this.transfer = transfer;
        this.patience = patience;
    }

    /** Begins when there is much to ship, or when there is anything and the task is not quick. */
    void beginWhenDue(boolean isQuick) {
        if (thread.isEmpty() && (!spool.isSmall() || (!isQuick && spool.size() > 0))) {
            thread = Optional.of(Thread.ofVirtual().name("shipping").start(this::run));
        }
    }

    /** More was read. */
    void moreRead() {
        if (thread.isPresent() && spool.size() - shipped >= PIECE_BYTES) {
            signal();
        }
    }

    /** Nothing more comes: returns when the masters have all, or the patience is over. */
    void finish() {
        beginWhenDue(true);
        lock.lock();
        try {
            finished = true;
        } finally {
            lock.unlock();
        }
        signal();
        thread.ifPresent(Shipping::join);
    }

    /** What was captured, once finished. */
    CapturedLog captured() {
        long size = spool.size();
        if (thread.isEmpty()) {
            return size == 0 && spool.dropped() == 0
                    ? CapturedLog.EMPTY
                    : new CapturedLog(size, spool.dropped(), new Content.Inline(spool.bytes()));
        }
        return new CapturedLog(shipped, spool.dropped() + size - shipped, new Content.Shipped());
    }

    /** Why not all was shipped. */
    Optional<IOException> fault() {
        return fault.or(spool::fault);
    }

    private void run() {
        ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        try {
            boolean last = false;
            while (!last) {
                last = awaitRound();
                ship(piece, last);
            }
        } catch (IOException e) {
            fault = Optional.of(e);
        }
    }

    /** Waits for the next round; says whether it is the last. */
    private boolean awaitRound() {
        lock.lock();
        try {
            long rest = ROUND_NANOS;
            while (!finished && rest > 0 && spool.size() - shipped < PIECE_BYTES) {
                rest = news.awaitNanos(rest);
            }
            return finished;
        } catch (InterruptedException e) {
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void ship(ByteBuffer piece, boolean last) throws IOException {
        long end = spool.size();
        boolean closing = last;
        while (shipped < end || closing) {
            long offset = shipped;
            shipped = patience.insist(() -> ship(piece, offset, end, last));
            closing = closing && !(last && shipped == end);
        }
    }

    /**
     * Halves the piece after a failure, and doubles it after a quick success: a call has a timeout,
     * and a link that cannot carry a whole piece in that time would never carry any.
     */
    private long ship(ByteBuffer piece, long offset, long end, boolean last) throws IOException {
        piece.clear().limit((int) Math.min(pieceBytes, end - offset));
        spool.read(offset, piece);
        piece.flip();
        boolean isLast = last && offset + piece.remaining() == end;
        long begin = System.nanoTime();
        try {
            long next = ship(piece.asReadOnlyBuffer(), offset, isLast);
            if (System.nanoTime() - begin < QUICK_NANOS) {
                pieceBytes = Math.min(PIECE_BYTES, 2 * pieceBytes);
            }
            return next;
        } catch (IOException e) {
            pieceBytes = Math.max(PIECE_BYTES_MIN, pieceBytes / 2);
            throw e;
        }
    }

    /** Says from where to go on: after this piece, or earlier where another master took over. */
    private long ship(ByteBuffer bytes, long offset, boolean isLast) throws IOException {
        long next = offset + bytes.remaining();
        try {
            transfer.ship(assignment, stream, offset, bytes, isLast);
            return next;
        } catch (BehindException behind) {
            if (behind.sizeBytes() < 0 || behind.sizeBytes() >= offset) {
                throw new IOException("a master refuses the piece after its own", behind);
            }
            return behind.sizeBytes();
        }
    }

    private void signal() {
        lock.lock();
        try {
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits as long as it takes: the thread's own patience is bounded. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
