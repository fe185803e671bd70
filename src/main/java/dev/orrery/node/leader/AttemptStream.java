package dev.orrery.node.leader;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.AttemptChange;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Next;
import dev.orrery.protocol.TopicMessage.TopicEvent.AttemptsChanged;
import dev.orrery.scheduling.Effect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Attempts as they start and end, for who watches all of them: everything while little happens, an
 * even sample when too much does. The end of an attempt whose start was told is always told.
 */
final class AttemptStream {
    /** Starts told of in one message. */
    static final int STARTS_MAX = 100;

    /** Ends told of in one message, beside those whose start was told. */
    static final int ENDS_MAX = 200;

    /** Attempts under way that are known by name. */
    static final int KNOWN_MAX = 100_000;

    private final Map<AttemptId, Given> given = new LinkedHashMap<>();
    private final List<AttemptChange> starts = new ArrayList<>();
    private final List<AttemptChange> owedEnds = new ArrayList<>();
    private List<AttemptChange> ends = new ArrayList<>();
    private int step = 1;
    private long sampled;
    private long seen;
    private boolean isWatched;

    /** What is known of an attempt that was given to a worker. */
    private static final class Given {
        private final Effect.Assign assign;
        private boolean told;

        Given(Effect.Assign assign) {
            this.assign = assign;
        }
    }

    /** Whether somebody watches; nothing is gathered for nobody. */
    void setWatched(boolean watched) {
        if (isWatched && !watched) {
            clear();
        }
        isWatched = watched;
    }

    /** Remembers whose attempt it is. */
    void assigned(Effect.Assign assign) {
        given.put(assign.attempt(), new Given(assign));
        if (given.size() > KNOWN_MAX) {
            given.remove(given.keySet().iterator().next());
        }
    }

    /** Takes an event in; true when there is something to tell. */
    boolean happened(JobEvent event, Optional<Namespace> namespace) {
        switch (event.change()) {
            case JobEvent.Started started -> started(event, started);
            case JobEvent.AttemptEnded ended -> namespace.ifPresent(it -> ended(event, ended, it));
            case JobEvent.Unassigned it -> given.remove(new AttemptId(it.tasks(), it.attempt()));
            case JobEvent.Submitted _,
                    JobEvent.Released _,
                    JobEvent.Assigned _,
                    JobEvent.CancelRequested _,
                    JobEvent.Ended _,
                    JobEvent.Retried _ -> {}
        }
        return !starts.isEmpty() || !owedEnds.isEmpty() || !ends.isEmpty();
    }

    /** Gives what was gathered for one namespace, or for all. */
    AttemptsChanged changes(Optional<Namespace> namespace) {
        List<AttemptChange> visible = new ArrayList<>();
        for (List<AttemptChange> part : List.of(starts, owedEnds, ends)) {
            part.stream()
                    .filter(it -> namespace.map(it.namespace()::equals).orElse(true))
                    .forEach(visible::add);
        }
        return new AttemptsChanged(
                namespace, visible, namespace.isPresent() ? 0 : sampled - ends.size());
    }

    /** Begins anew. */
    void clear() {
        starts.clear();
        owedEnds.clear();
        ends.clear();
        sampled = 0;
        seen = 0;
        step = 1;
    }

    private void started(JobEvent event, JobEvent.Started started) {
        AttemptId attempt = new AttemptId(started.tasks(), started.attempt());
        Given known = given.get(attempt);
        if (!isWatched || known == null || known.told || starts.size() >= STARTS_MAX) {
            return;
        }
        known.told = true;
        starts.add(
                new AttemptChange(
                        attempt,
                        known.assign.spec().namespace(),
                        known.assign.number(),
                        known.assign.spec().name(),
                        known.assign.worker(),
                        event.status(),
                        "",
                        Optional.of(started.startedAt()),
                        Optional.empty()));
    }

    private void ended(JobEvent event, JobEvent.AttemptEnded ended, Namespace namespace) {
        AttemptId attempt = new AttemptId(ended.tasks(), ended.attempt());
        Optional<Given> known = Optional.ofNullable(given.remove(attempt));
        if (!isWatched) {
            return;
        }
        AttemptResult result = ended.result();
        AttemptChange change =
                new AttemptChange(
                        attempt,
                        namespace,
                        known.map(it -> it.assign.number()).orElse(0L),
                        known.map(it -> it.assign.spec().name()).orElse(""),
                        ended.worker(),
                        status(ended.next()),
                        reason(ended.next()),
                        result.startedAt(),
                        Optional.of(
                                result.startedAt().isPresent() ? result.endedAt() : event.at()));
        if (known.isPresent() && known.get().told) {
            owedEnds.add(change);
        } else {
            sample(change);
        }
    }

    /** Keeps each attempt of a step, and doubles the step when there are too many. */
    private void sample(AttemptChange change) {
        sampled++;
        if (seen++ % step != 0) {
            return;
        }
        ends.add(change);
        if (ends.size() >= ENDS_MAX) {
            List<AttemptChange> half = new ArrayList<>(ENDS_MAX);
            for (int i = 0; i < ends.size(); i += 2) {
                half.add(ends.get(i));
            }
            ends = half;
            step *= 2;
        }
    }

    private static TaskStatus status(Next next) {
        return switch (next) {
            case Next.Over over -> over.taskStatus();
            case Next.Again _ -> TaskStatus.FAILED;
        };
    }

    private static String reason(Next next) {
        return switch (next) {
            case Next.Over over -> over.reason();
            case Next.Again _ -> "again";
        };
    }
}
