package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Waits for the state of nodes by their events, across broken connections. */
public final class NodeWatch {

    private final Client client;
    private final Backoff backoff = new Backoff();

    /** Watches the nodes of this client's cluster. */
    public NodeWatch(Client client) {
        this.client = client;
    }

    /**
     * Waits until the node is as wanted.
     *
     * @param wanted is asked about the node, or about none when it is not in the cluster
     */
    public void await(String name, Predicate<Optional<JsonNode>> wanted) {
        while (!follow(name, wanted)) {
            backoff.rest();
        }
    }

    private boolean follow(String name, Predicate<Optional<JsonNode>> wanted) {
        try (EventStream events = EventStream.open(client, List.of("nodes"), 0)) {
            for (Optional<ServerEvent> next = events.next();
                    next.isPresent();
                    next = events.next()) {
                backoff.reset();
                if (next.get().type().equals("nodes")
                        && wanted.test(find(name, next.get().content()))) {
                    return true;
                }
            }
            return false;
        }
    }

    private static Optional<JsonNode> find(String name, JsonNode picture) {
        return Json.items(picture, "items").stream()
                .filter(node -> node.path("name").asText().equals(name))
                .findFirst();
    }
}
