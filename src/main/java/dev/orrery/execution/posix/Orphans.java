package dev.orrery.execution.posix;

import dev.orrery.execution.posix.ProcessTable.Entry;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Buries the adopted processes that ended and that nobody waits for.
 *
 * <p>One that ended no longer shows of which attempt it was, unless it stayed in that one's
 * session. So whoever was there, ended, at two looks is buried: what somebody waits for is gone at
 * the second. The first processes of attempts are children of the threads that started them, and
 * are not among the adopted.
 */
public final class Orphans implements AutoCloseable {

    private static final long PAUSE_MILLIS = 2_000;

    private final ProcessTable table;
    private final Signals signals;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Map<Long, Entry> ended = Map.of();

    private Orphans(ProcessTable table, Signals signals) {
        this.table = table;
        this.signals = signals;
    }

    /** Begins to look. */
    public static Orphans watch(ProcessTable table, Signals signals) {
        Orphans orphans = new Orphans(table, signals);
        if (table.tellsAdopted()) {
            Thread.ofVirtual().name("orphans").start(orphans::run);
        }
        return orphans;
    }

    private void run() {
        try {
            while (!closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        Map<Long, Entry> now = new HashMap<>();
        for (long pid : table.adopted()) {
            table.find(pid).filter(Entry::isZombie).ifPresent(entry -> now.put(pid, entry));
        }
        now.values().stream()
                .filter(entry -> entry.equals(ended.get(entry.pid())))
                .forEach(entry -> signals.bury(entry.pid()));
        ended = now;
    }

    /** Looks no more. */
    @Override
    public void close() {
        closed.countDown();
    }
}
