package dev.orrery.scheduling;

import dev.orrery.model.JobId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Change;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A decision in the making: numbers each job's events and works out the job's status after each, on
 * copies, so that the state stays as it was.
 */
final class Draft {

    private final SchedulerState state;
    private final Moment now;
    private final Map<JobId, LiveJob> copies = new TreeMap<>();
    private final List<StateEvent> events = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();

    Draft(SchedulerState state, Moment now) {
        this.state = state;
        this.now = now;
    }

    /** A live job with the changes drafted so far. */
    LiveJob job(JobId id) {
        return copies.computeIfAbsent(
                id,
                it ->
                        state.job(it)
                                .orElseThrow(
                                        () -> new IllegalStateException("not a live job: " + it))
                                .copy());
    }

    void change(JobId id, Change change) {
        LiveJob job = job(id);
        job.change(change, now.wall());
        JobEvent event = new JobEvent(id, job.nextSeq(), now.wall(), job.status(), change);
        events.add(new StateEvent.Durable(event, Optional.of(job.spec.namespace())));
    }

    void event(StateEvent event) {
        events.add(event);
    }

    void durable(DurableEvent event) {
        events.add(new StateEvent.Durable(event));
    }

    void effect(Effect effect) {
        effects.add(effect);
    }

    Decision decided() {
        return new Decision(events, effects);
    }
}
