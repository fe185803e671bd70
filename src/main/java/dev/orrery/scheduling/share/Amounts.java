package dev.orrery.scheduling.share;

import dev.orrery.model.Resources;

import java.util.Map;
import java.util.TreeMap;

/** What is held or offered in all, of each kind; slots are one. */
final class Amounts {

    private long slotMillis;
    private long cpuMillis;
    private long memoryBytes;
    private long gpus;
    private final TreeMap<String, Long> named = new TreeMap<>();

    void add(long moreSlotMillis, Resources more) {
        change(moreSlotMillis, more, 1);
    }

    void subtract(long fewerSlotMillis, Resources fewer) {
        change(fewerSlotMillis, fewer, -1);
    }

    private void change(long slots, Resources amount, long sign) {
        slotMillis += sign * slots;
        cpuMillis += sign * amount.cpuMillis();
        memoryBytes += sign * amount.memoryBytes();
        gpus += sign * amount.gpus();
        for (Map.Entry<String, Long> entry : amount.named().entrySet()) {
            named.merge(entry.getKey(), sign * entry.getValue(), Long::sum);
        }
    }

    /** The largest part that this is of one kind of the total, 1 being all of it. */
    double dominant(Amounts total) {
        double most = part(slotMillis, total.slotMillis);
        most = Math.max(most, part(cpuMillis, total.cpuMillis));
        most = Math.max(most, part(memoryBytes, total.memoryBytes));
        most = Math.max(most, part(gpus, total.gpus));
        for (Map.Entry<String, Long> entry : named.entrySet()) {
            long all = total.named.getOrDefault(entry.getKey(), 0L);
            most = Math.max(most, part(entry.getValue(), all));
        }
        return most;
    }

    /** What nobody offers any more is held whole. */
    private static double part(long amount, long total) {
        if (amount <= 0) {
            return 0;
        }
        return total <= 0 ? 1 : (double) amount / total;
    }
}
