package dev.orrery.scheduling.share;

import dev.orrery.scheduling.policy.PriorityKey;

import java.util.Optional;

/** Whether it is worth asking if what waits goes before what workers were given in advance. */
public final class Overtaking {

    /** The last place that was given to a worker since workers last held nothing in advance. */
    private Optional<PriorityKey> last = Optional.empty();

    private boolean possible;

    Overtaking() {}

    /**
     * An entry of this key was given to a worker.
     *
     * @param inAdvance whether workers hold anything in advance now
     */
    public void gave(PriorityKey key, boolean inAdvance) {
        if (!inAdvance) {
            last = Optional.empty();
        } else if (last.isEmpty() || last.get().compareTo(key) < 0) {
            last = Optional.of(key);
        }
    }

    /** Something waits from now on. */
    void waits(PriorityKey key) {
        possible |= last.isPresent() && key.compareTo(last.get()) < 0;
    }

    /** A namespace waits from now on. */
    void begins(boolean isShared) {
        possible |= isShared;
    }

    /** Whether something that waits may go before what workers hold in advance. */
    public boolean isPossible() {
        return possible;
    }

    /** Remembers that it does not; a memo, which changes no decision. */
    public void isOver() {
        possible = false;
    }
}
