package dev.orrery.api.json;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.model.Namespace;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.ClusterView.Node;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** The JSON forms of the cluster and of its nodes. */
public final class ClusterJson {
    private ClusterJson() {}

    /**
     * Writes the fields of the cluster into the open object.
     *
     * @param visible the only namespace whose jobs may be named; empty means all
     */
    public static void clusterFields(
            JsonGenerator out, ClusterView view, Optional<Namespace> visible, String version)
            throws IOException {
        out.writeNumberField("epoch", view.epoch());
        out.writeStringField("at", view.at().toString());
        out.writeObjectFieldStart("tasks");
        out.writeNumberField("waiting", view.waiting());
        out.writeNumberField("queued", view.queued());
        out.writeNumberField("assigned", view.assigned());
        out.writeNumberField("running", view.running());
        out.writeNumberField("succeeded", view.succeeded());
        out.writeNumberField("failed", view.failed());
        out.writeNumberField("cancelled", view.cancelled());
        out.writeNumberField("expired", view.expired());
        out.writeEndObject();
        out.writeNumberField("nodes", view.nodes().size());
        out.writeStringField("version", version);
        out.writeArrayFieldStart("stuck");
        for (ClusterView.Stuck stuck : view.stuck()) {
            if (visible.map(stuck.namespace()::equals).orElse(true)) {
                stuck(out, stuck);
            }
        }
        out.writeEndArray();
    }

    private static void stuck(JsonGenerator out, ClusterView.Stuck stuck) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", stuck.job().toString());
        out.writeNumberField("number", stuck.number());
        out.writeStringField("namespace", stuck.namespace().name());
        JobJson.optional(out, "name", Optional.of(stuck.name()).filter(it -> !it.isEmpty()));
        out.writeStringField("reason", stuck.reason());
        out.writeEndObject();
    }

    /** Writes the field {@code items} with the nodes into the open object. */
    public static void nodesField(JsonGenerator out, List<Node> nodes) throws IOException {
        out.writeArrayFieldStart("items");
        for (Node node : nodes) {
            node(out, node);
        }
        out.writeEndArray();
    }

    private static void node(JsonGenerator out, Node node) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", node.worker().name());
        out.writeStringField("state", node.state().name());
        out.writeStringField("host", node.offer().host());
        out.writeStringField("version", node.offer().version());
        out.writeNumberField("slots", node.offer().slots());
        JobJson.texts(out, "labels", node.offer().labels());
        JobJson.resources(out, "capacity", node.offer().capacity(), "memoryBytes");
        JobJson.resources(out, "free", node.freeNow(), "memoryBytes");
        out.writeNumberField("assigned", node.assigned());
        out.writeNumberField("running", node.running());
        out.writeNumberField("leaseAgeSeconds", BigDecimal.valueOf(node.leaseAgeMillis(), 3));
        out.writeEndObject();
    }
}
