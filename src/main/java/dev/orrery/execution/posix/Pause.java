package dev.orrery.execution.posix;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The wait between two looks at something that the kernel is about to finish. */
final class Pause {

    private static final int DOUBLINGS_MAX = 5;

    private Pause() {}

    /** One millisecond at first, 32 at the most. */
    static void round(int number) {
        long millis = 1L << Math.min(number, DOUBLINGS_MAX);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
