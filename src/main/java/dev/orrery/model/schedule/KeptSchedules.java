package dev.orrery.model.schedule;

import java.util.List;

/**
 * What is kept of all schedules.
 *
 * @param all those that have not been deleted, by id
 * @param deleted the latest that have, in that order, so that a request that comes late does not
 *     bring one back
 */
public record KeptSchedules(List<Schedule> all, List<ScheduleId> deleted) {

    /** Nothing. */
    public static final KeptSchedules NONE = new KeptSchedules(List.of(), List.of());

    /** Requests come again within minutes, and people do not delete that many in them. */
    public static final int DELETED_MAX = 1_000;

    /** Copies the lists. */
    public KeptSchedules {
        all = List.copyOf(all);
        deleted = List.copyOf(deleted);
    }
}
