package dev.orrery.scheduling.share;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A bound on how many tasks of the jobs with a label workers may have. */
final class Cap {

    final String label;
    final long max;
    final Set<Tenant> tenants = new LinkedHashSet<>();
    private final String name;
    private final String value;
    private long held;

    /**
     * A bound that nothing counts for yet.
     *
     * @param label as {@code name=value}
     */
    Cap(String label, long max) {
        this.label = label;
        this.max = max;
        int equals = label.indexOf('=');
        this.name = equals < 0 ? label : label.substring(0, equals);
        this.value = equals < 0 ? "" : label.substring(equals + 1);
    }

    boolean covers(Map<String, String> labels) {
        return value.equals(labels.get(name));
    }

    /** Counts tasks, and tells whether the bound is now reached or left. */
    boolean count(int more) {
        boolean before = isFull();
        held += more;
        return before != isFull();
    }

    boolean isFull() {
        return held >= max;
    }

    String text() {
        return "cap of label " + label + ": " + held + " of " + max + " run";
    }
}
