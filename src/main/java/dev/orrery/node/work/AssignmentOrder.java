package dev.orrery.node.work;

import dev.orrery.protocol.WorkerCommand;

/**
 * Which batches of assignments are new: leaders count them in each epoch and session, and repeat
 * what was not acknowledged. Two leaders may have welcomed the same session, and both count from 1.
 */
public final class AssignmentOrder {

    private long epoch;
    private long session;
    private long seq;

    /** Nothing came yet. */
    public AssignmentOrder() {}

    /** Takes note of a batch of an epoch that is not over; false for one that came before. */
    public boolean take(WorkerCommand.Assign batch) {
        if (batch.epoch() != epoch || batch.session() != session) {
            epoch = batch.epoch();
            session = batch.session();
            seq = 0;
        }
        boolean isNew = batch.seq() > seq;
        seq = Math.max(seq, batch.seq());
        return isNew;
    }
}
