package dev.orrery.scheduling.share;

import dev.orrery.scheduling.policy.QueuePolicy;

import java.util.List;

/** What waits of one namespace under the same bounds. */
final class Line {

    final List<Cap> caps;
    final QueuePolicy queue;

    Line(List<Cap> caps, QueuePolicy queue) {
        this.caps = caps;
        this.queue = queue;
    }

    /** Whether something waits that no bound of a label holds back. */
    boolean isOpen() {
        if (queue.size() == 0) {
            return false;
        }
        for (Cap cap : caps) {
            if (cap.isFull()) {
                return false;
            }
        }
        return true;
    }
}
