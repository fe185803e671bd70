package dev.orrery.execution;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How long an attempt keeps trying to reach a master, which may be restarting; shortened when
 * nobody will want the result.
 */
final class Patience {

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition shortened = lock.newCondition();
    private Duration most;

    Patience(Duration most) {
        this.most = most;
    }

    /** Something that is done by a master. */
    interface Errand<T> {
        T run() throws IOException;
    }

    /** From now on no failing errand is repeated for longer than this. */
    void shorten(Duration shorter) {
        lock.lock();
        try {
            if (shorter.compareTo(most) < 0) {
                most = shorter;
                shortened.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Repeats the errand until it succeeds.
     *
     * @throws IOException the last failure, when the patience is over
     */
    <T> T insist(Errand<T> errand) throws IOException {
        long begin = System.nanoTime();
        Duration pause = PAUSE;
        while (true) {
            try {
                return errand.run();
            } catch (IOException e) {
                if (Thread.interrupted() || !waitFor(begin, pause)) {
                    throw e;
                }
            }
            pause =
                    pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0
                            ? pause.multipliedBy(2)
                            : PAUSE_MAX;
        }
    }

    private boolean waitFor(long begin, Duration pause) {
        lock.lock();
        try {
            long rest = jittered(pause.toNanos());
            long end = System.nanoTime() + rest;
            while (rest > 0 && isLeft(begin)) {
                rest = Math.min(rest, shortened.awaitNanos(rest));
                rest = Math.min(rest, end - System.nanoTime());
            }
            return isLeft(begin);
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** So that the attempts of a lost master do not all come to the next one at once. */
    private static long jittered(long nanos) {
        return nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
    }

    private boolean isLeft(long begin) {
        return System.nanoTime() - begin < most.toNanos();
    }
}
