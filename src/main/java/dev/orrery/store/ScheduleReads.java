package dev.orrery.store;

import dev.orrery.model.Namespace;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;

import java.util.List;
import java.util.Optional;

/** Reads of schedules; each sees every commit that returned before it began. Blocking. */
public interface ScheduleReads {

    /** The schedule of an id. */
    Optional<Schedule> find(ScheduleId id) throws StoreException;

    /** The schedule of a name. */
    Optional<Schedule> find(Namespace namespace, String name) throws StoreException;

    /**
     * One page in order of creation.
     *
     * @param namespace of one, or of all when empty
     * @param after the last one of the page before
     */
    List<Schedule> list(Optional<Namespace> namespace, Optional<ScheduleId> after, int limit)
            throws StoreException;
}
