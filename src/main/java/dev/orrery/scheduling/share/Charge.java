package dev.orrery.scheduling.share;

import dev.orrery.model.Resources;

/** What one attempt counts for in its namespace's share: what nobody else can have meanwhile. */
public record Charge(long slotMillis, Resources amount) {

    /** Of an attempt that leaves room for others. */
    public static Charge of(Resources amount) {
        return new Charge(amount.slotMillis(), amount);
    }
}
