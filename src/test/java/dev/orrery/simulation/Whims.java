package dev.orrery.simulation;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Decides at each named place whether the rare thing happens, and counts. */
final class Whims {

    private final Dice dice;
    private final Set<Whim> enabled;
    private final Map<Whim, Long> counts = new EnumMap<>(Whim.class);
    private boolean calm;

    Whims(Dice dice, Set<Whim> enabled) {
        this.dice = dice;
        this.enabled = enabled.isEmpty() ? EnumSet.noneOf(Whim.class) : EnumSet.copyOf(enabled);
    }

    /** Whether it happens here and now. */
    boolean has(Whim whim) {
        if (calm || !enabled.contains(whim) || !dice.chance(whim.probability)) {
            return false;
        }
        counts.merge(whim, 1L, Long::sum);
        return true;
    }

    /** Nothing rare happens any more. */
    void calm() {
        calm = true;
    }

    Map<Whim, Long> counts() {
        return counts;
    }
}
