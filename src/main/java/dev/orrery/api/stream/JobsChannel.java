package dev.orrery.api.stream;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.api.json.JobJson;
import dev.orrery.api.json.Json;
import dev.orrery.api.json.Outcomes;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage.EventsRead;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.TopicEvent;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Changes of all jobs that some readers may see, for lists: the first at once, then what is new
 * every quarter of a second, one event a job. Past a bound the rest is counted only, and the
 * readers may read the list again.
 */
final class JobsChannel implements Channel {
    static final String NAME = "jobs";

    private static final int KNOWN_MAX = 10_000;
    private static final int CHANGES_MAX = 200;

    private final Optional<Namespace> namespace;
    private final Upstream upstream;
    private final Set<Subscriber> readers = new LinkedHashSet<>();
    private final Consumer<Runnable> afterPause;
    private final Map<JobId, Changed> changes = new LinkedHashMap<>();
    private long skipped;
    private boolean isPausing;
    private final Map<JobId, Label> labels = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<JobId, WorkerId> workers = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * A channel without readers.
     *
     * @param afterPause runs work on the context of the fan-out after a quarter of a second
     */
    JobsChannel(Optional<Namespace> namespace, Upstream upstream, Consumer<Runnable> afterPause) {
        this.namespace = namespace;
        this.upstream = upstream;
        this.afterPause = afterPause;
    }

    void add(Subscriber reader) {
        readers.add(reader);
        reader.deliver(Frame.subscribed(NAME, 0));
    }

    void remove(Subscriber reader) {
        readers.remove(reader);
    }

    @Override
    public Topic topic() {
        return new Topic.OfJobs(namespace);
    }

    @Override
    public boolean isEmpty() {
        return readers.isEmpty();
    }

    @Override
    public void head(Head head) {}

    @Override
    public void pump() {}

    @Override
    public void event(TopicEvent event) {
        if (event instanceof TopicEvent.JobChanged(Namespace of, JobEvent change)
                && namespace.map(of::equals).orElse(true)) {
            learn(change);
            changes.remove(change.job());
            if (changes.size() < CHANGES_MAX) {
                changes.put(change.job(), new Changed(of, change));
            } else {
                skipped++;
            }
            flush();
        }
    }

    private void flush() {
        if (isPausing || (changes.isEmpty() && skipped == 0)) {
            return;
        }
        isPausing = true;
        List<Changed> now = List.copyOf(changes.values());
        long left = skipped;
        changes.clear();
        skipped = 0;
        now.forEach(this::tell);
        if (left > 0) {
            Frame frame = skipped(left);
            readers.forEach(reader -> reader.deliver(frame));
        }
        afterPause.accept(() -> {
            isPausing = false;
            flush();
        });
    }

    private void tell(Changed changed) {
        Label label = labels.get(changed.event.job());
        if (label != null) {
            send(changed.namespace, changed.event, label);
        } else {
            upstream.readEvents(changed.event.job(), 0, 1)
                    .onSuccess(page -> sendAfter(page, changed.namespace, changed.event));
        }
    }

    private static Frame skipped(long count) {
        String json =
                Json.text(out -> {
                    out.writeStartObject();
                    out.writeStringField("topic", NAME);
                    out.writeStringField("type", "skipped");
                    out.writeNumberField("count", count);
                    out.writeEndObject();
                });
        return Frame.live(NAME, "skipped", NAME + "/skipped", json);
    }

    private void sendAfter(EventsRead page, Namespace of, JobEvent change) {
        page.events().forEach(this::learn);
        Label label = labels.get(change.job());
        if (label != null) {
            send(of, change, label);
        }
    }

    /** Number, name and worker stand in some of the events only, and belong into every row. */
    private void learn(JobEvent event) {
        switch (event.change()) {
            case JobEvent.Submitted submitted ->
                    labels.put(event.job(), new Label(submitted.number(), submitted.spec().name()));
            case JobEvent.Retried retried ->
                    labels.put(event.job(), new Label(retried.number(), retried.spec().name()));
            case JobEvent.Assigned assigned -> workers.put(event.job(), assigned.worker());
            case JobEvent.Released _,
                    JobEvent.Unassigned _,
                    JobEvent.Started _,
                    JobEvent.CancelRequested _,
                    JobEvent.AttemptEnded _,
                    JobEvent.Ended _ -> {}
        }
        bound(labels);
        bound(workers);
    }

    private static void bound(Map<JobId, ?> known) {
        if (known.size() > KNOWN_MAX) {
            known.remove(known.keySet().iterator().next());
        }
    }

    private void send(Namespace of, JobEvent event, Label label) {
        String json =
                Json.text(out -> {
                    out.writeStartObject();
                    out.writeStringField("topic", NAME);
                    out.writeStringField("type", "job");
                    out.writeObjectFieldStart("job");
                    jobFields(out, of, event, label);
                    out.writeEndObject();
                    out.writeEndObject();
                });
        Frame frame = Frame.live(NAME, "job", NAME + "/" + event.job(), json);
        readers.forEach(reader -> reader.deliver(frame));
    }

    private void jobFields(JsonGenerator out, Namespace of, JobEvent event, Label label)
            throws IOException {
        Optional<WorkerId> worker = Optional.ofNullable(workers.get(event.job()));
        out.writeStringField("id", event.job().toString());
        out.writeNumberField("number", label.number);
        out.writeStringField("namespace", of.name());
        JobJson.optional(out, "name", Optional.of(label.name).filter(name -> !name.isEmpty()));
        out.writeStringField("state", event.status().name());
        out.writeStringField("at", event.at().toString());
        out.writeNumberField("lastSeq", event.seq());
        switch (event.change()) {
            case JobEvent.Assigned assigned -> {
                out.writeNumberField("attempt", assigned.attempt());
                out.writeStringField("worker", assigned.worker().name());
            }
            case JobEvent.Started started -> {
                out.writeNumberField("attempt", started.attempt());
                JobJson.optional(out, "worker", worker.map(WorkerId::name));
            }
            case JobEvent.AttemptEnded ended -> {
                out.writeNumberField("attempt", ended.attempt());
                out.writeStringField("worker", ended.worker().name());
                OptionalInt exitCode = Outcomes.exitCode(ended.result().outcome());
                if (exitCode.isPresent()) {
                    out.writeNumberField("exitCode", exitCode.getAsInt());
                }
            }
            case JobEvent.Submitted _,
                    JobEvent.Released _,
                    JobEvent.Unassigned _,
                    JobEvent.CancelRequested _,
                    JobEvent.Ended _,
                    JobEvent.Retried _ -> {}
        }
    }

    /** What stands in the first event of a round only. */
    private record Label(long number, String name) {}

    private record Changed(Namespace namespace, JobEvent event) {}
}
