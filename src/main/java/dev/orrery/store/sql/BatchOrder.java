package dev.orrery.store.sql;

import dev.orrery.model.JobId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The check that the events of a batch follow on one another, and on what was before. */
public final class BatchOrder {

    private BatchOrder() {}

    /**
     * Refuses a batch that does not follow.
     *
     * @param before what is known of the first event of a job in the batch
     * @return the last event of each job in the batch
     */
    public static Map<JobId, Last> check(List<DurableEvent> batch, Before before)
            throws SQLException, StoreException {
        Map<JobId, Last> reached = new HashMap<>();
        for (DurableEvent event : batch) {
            switch (event) {
                case JobEvent it -> {
                    Last last = reached.get(it.job());
                    boolean follows = last == null ? before.isBefore(it) : last.isBefore(it);
                    if (!follows) {
                        throw refusal(it);
                    }
                    reached.put(it.job(), Last.of(it));
                }
                case DurableEvent.JobsPurged it ->
                        it.jobs().forEach(job -> reached.put(job, Last.OF_PURGED));
                case DurableEvent.WorkerDrainSet it -> {}
                case DurableEvent.ScheduleChanged it -> {}
            }
        }
        return reached;
    }

    private static StoreException refusal(JobEvent event) {
        return new StoreException(
                Kind.CONFLICT,
                "event %d of job %s, %s, does not follow on what is stored of the job"
                        .formatted(
                                event.seq(),
                                event.job(),
                                event.change().getClass().getSimpleName()));
    }

    /** What the store has of a job. */
    @FunctionalInterface
    public interface Before {

        /** Whether the event follows on it, as far as that is known. */
        boolean isBefore(JobEvent event) throws SQLException;
    }

    /** The last event of a job; of a removed one, so that nothing follows on it. */
    public record Last(long seq, boolean isOver) {

        private static final Last OF_PURGED = new Last(Long.MIN_VALUE, false);

        static Last of(JobEvent event) {
            return new Last(event.seq(), event.status().isTerminal());
        }

        /** A round follows on an end, and all else on what is no end. */
        public boolean isBefore(JobEvent event) {
            boolean opens = event.change() instanceof JobEvent.Retried;
            return event.seq() == seq + 1 && opens == isOver;
        }
    }
}
