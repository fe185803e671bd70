package dev.orrery.api.schedule;

import dev.orrery.api.Blocking;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.rest.JobIds;
import dev.orrery.api.rest.Leader;
import dev.orrery.model.Namespace;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.protocol.Principal;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest.OfSchedule;
import dev.orrery.protocol.SchedulerRequest.ScheduleWish;
import dev.orrery.store.ScheduleReads;
import dev.orrery.store.StoreException;

import io.vertx.core.Future;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What may be done about schedules: they are read from the store, and changed by the leader. */
public final class ScheduleDesk {
    private static final int ID_LENGTH = 36;

    private final ScheduleReads reads;
    private final Leader leader;
    private final Blocking blocking;
    private final JobIds ids;

    /** A desk that reads the store and asks the leader. */
    public ScheduleDesk(
            ScheduleReads reads, Leader leader, Blocking blocking, InstantSource clock) {
        this.reads = reads;
        this.leader = leader;
        this.blocking = blocking;
        this.ids = new JobIds(clock);
    }

    /** Makes a schedule, which may be named after its id; gives it once it is durable. */
    public Future<Schedule> create(Function<ScheduleId, ScheduleSpec> spec, String by) {
        ScheduleId id = new ScheduleId(ids.next().value());
        return ask(id, new ScheduleWish.Create(spec.apply(id)), by).compose(done -> stored(id));
    }

    /** One page, oldest first. */
    public Future<List<Schedule>> list(
            Optional<Namespace> namespace, Optional<ScheduleId> after, int limit) {
        return blocking.call(() -> reads.list(namespace, after, limit));
    }

    /** The schedule that is meant by an id, or a name in a namespace, if the asker may see it. */
    public Future<Schedule> find(
            Principal principal, Optional<Namespace> namespace, String selector) {
        return blocking.call(() -> {
            Namespace within = namespace.or(principal::namespace).orElse(Namespace.DEFAULT);
            return look(within, selector)
                    .filter(it -> principal.sees(it.spec().namespace()))
                    .orElseThrow(() -> Refusal.notFound("schedule of this name or id"));
        });
    }

    private Optional<Schedule> look(Namespace within, String selector) throws StoreException {
        if (selector.length() == ID_LENGTH) {
            try {
                Optional<Schedule> found = reads.find(ScheduleId.parse(selector));
                if (found.isPresent()) {
                    return found;
                }
            } catch (IllegalArgumentException e) {
                return reads.find(within, selector);
            }
        }
        return reads.find(within, selector);
    }

    /** Changes a schedule; gives it as it is then. */
    Future<Schedule> change(Schedule schedule, ScheduleWish wish, String by) {
        return ask(schedule.id(), wish, by).compose(done -> stored(schedule.id()));
    }

    /** Removes a schedule. */
    public Future<SchedulerReply> delete(Schedule schedule, String by) {
        return ask(schedule.id(), new ScheduleWish.Delete(), by);
    }

    /** Has its job submitted now. */
    Future<SchedulerReply.Accepted> trigger(Schedule schedule, String by) {
        return ask(schedule.id(), new ScheduleWish.Trigger(ids.next()), by)
                .map(reply ->
                        switch (reply) {
                            case SchedulerReply.Accepted accepted -> accepted;
                            case SchedulerReply.Refused _,
                                    SchedulerReply.Verdicts _,
                                    SchedulerReply.Done _,
                                    SchedulerReply.Explained _,
                                    SchedulerReply.Cluster _ ->
                                    throw Leader.unexpected(reply);
                        });
    }

    private Future<SchedulerReply> ask(ScheduleId id, ScheduleWish wish, String by) {
        return leader.ask(new OfSchedule(id, wish, by));
    }

    /** Somebody may have deleted it in the meantime. */
    private Future<Schedule> stored(ScheduleId id) {
        return blocking.call(() ->
                reads.find(id).orElseThrow(() -> Refusal.notFound("schedule of this id any more")));
    }
}
