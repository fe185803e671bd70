package dev.orrery.api.stream;

import dev.orrery.api.json.ClusterJson;
import dev.orrery.api.json.Json;
import dev.orrery.api.json.WatchJson;
import dev.orrery.model.Namespace;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.Pulse;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.TopicEvent;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The state of the cluster, or of its nodes: a first value at once, then whenever it changes. */
final class ClusterChannel implements Channel {
    private final Topic topic;
    private final String name;
    private final Upstream upstream;
    private final String version;
    private final Set<Subscriber> readers = new LinkedHashSet<>();
    private Optional<ClusterView> latest = Optional.empty();
    private boolean asking;

    /** The channel of the counts, or of the nodes. */
    ClusterChannel(boolean ofNodes, Upstream upstream, String version) {
        this.topic = ofNodes ? new Topic.OfNodes() : new Topic.OfCluster();
        this.name = ofNodes ? "nodes" : "cluster";
        this.upstream = upstream;
        this.version = version;
    }

    void add(Subscriber reader) {
        readers.add(reader);
        reader.deliver(Frame.subscribed(name, 0));
        latest.ifPresentOrElse(
                view -> reader.deliver(frame(view, reader.principal().namespace())), this::pump);
        if (topic instanceof Topic.OfCluster) {
            upstream.pulses()
                    .onSuccess(past -> {
                        reader.deliver(pulses("recent", past.recent(), ""));
                        reader.deliver(pulses("whole", past.whole(), ""));
                    });
        }
    }

    void remove(Subscriber reader) {
        readers.remove(reader);
    }

    @Override
    public Topic topic() {
        return topic;
    }

    @Override
    public boolean isEmpty() {
        return readers.isEmpty();
    }

    @Override
    public void head(Head head) {
        pump();
    }

    @Override
    public void event(TopicEvent event) {
        if (event instanceof TopicEvent.ClusterChanged(ClusterView view)) {
            take(view);
        } else if (event instanceof TopicEvent.Pulsed(Pulse pulse)
                && topic instanceof Topic.OfCluster) {
            Frame frame = pulses("pulse", List.of(pulse), "/" + pulse.at());
            readers.forEach(reader -> reader.deliver(frame));
        }
    }

    /** Asks for the first value, again and again until there is one. */
    @Override
    public void pump() {
        if (latest.isPresent() || asking || readers.isEmpty()) {
            return;
        }
        asking = true;
        upstream.cluster()
                .onComplete(view -> {
                    asking = false;
                    if (view.succeeded() && latest.isEmpty()) {
                        take(view.result());
                    }
                });
    }

    private void take(ClusterView view) {
        boolean same =
                topic instanceof Topic.OfNodes
                        && latest.map(before -> before.nodes().equals(view.nodes())).orElse(false);
        latest = Optional.of(view);
        if (!same) {
            Map<Optional<Namespace>, Frame> frames = new HashMap<>();
            readers.forEach(reader ->
                    reader.deliver(
                            frames.computeIfAbsent(
                                    reader.principal().namespace(), it -> frame(view, it))));
        }
    }

    private static Frame pulses(String type, List<Pulse> pulses, String key) {
        String json =
                Json.text(out -> {
                    out.writeStartObject();
                    out.writeStringField("topic", "cluster");
                    out.writeStringField("type", type);
                    WatchJson.pulses(out, "columns", pulses);
                    out.writeEndObject();
                });
        return Frame.live("cluster", type, type + key, json);
    }

    private Frame frame(ClusterView view, Optional<Namespace> visible) {
        String json =
                Json.text(out -> {
                    out.writeStartObject();
                    out.writeStringField("topic", name);
                    out.writeStringField("type", name);
                    if (topic instanceof Topic.OfNodes) {
                        ClusterJson.nodesField(out, view.nodes());
                    } else {
                        ClusterJson.clusterFields(out, view, visible, version);
                    }
                    out.writeEndObject();
                });
        return Frame.live(name, name, name, json);
    }
}
