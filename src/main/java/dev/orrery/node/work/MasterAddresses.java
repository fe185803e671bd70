package dev.orrery.node.work;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Where the bytes of an attempt may go, in the order in which to try.
 *
 * <p>The leader comes first, because the growth of a log is announced by the leader; then the
 * master that made the assignment, then the others. Those that failed a moment ago come last.
 */
final class MasterAddresses {

    private static final long SHUN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int SHUNNED_MAX = 100;

    private final Supplier<List<String>> living;
    private final Map<String, Long> shunnedUntil = new ConcurrentHashMap<>();

    MasterAddresses(Supplier<List<String>> living) {
        this.living = living;
    }

    List<String> inOrder(String assigned) {
        List<String> known = living.get();
        Set<String> all = new LinkedHashSet<>(known.subList(0, Math.min(1, known.size())));
        all.add(assigned);
        all.addAll(known);
        List<String> order = new ArrayList<>(all);
        order.sort(Comparator.comparing(this::isShunned));
        return order;
    }

    void failed(String master) {
        if (shunnedUntil.size() >= SHUNNED_MAX) {
            shunnedUntil.clear();
        }
        shunnedUntil.put(master, System.nanoTime() + SHUN_NANOS);
    }

    void answered(String master) {
        shunnedUntil.remove(master);
    }

    private boolean isShunned(String master) {
        Long until = shunnedUntil.get(master);
        return until != null && until - System.nanoTime() > 0;
    }
}
