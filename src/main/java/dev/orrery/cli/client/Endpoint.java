package dev.orrery.cli.client;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where to ask, and with what right.
 *
 * @param servers masters of one cluster, in the order in which they are tried; at least one
 * @param token the bearer token; never printed
 * @param authority PEM certificate that the servers' certificates must come from, where it is not
 *     one that the JDK knows
 */
public record Endpoint(List<URI> servers, Optional<String> token, Optional<Path> authority) {

    /** Copies the list. */
    public Endpoint {
        servers = List.copyOf(servers);
    }

    @Override
    public String toString() {
        return servers.toString();
    }
}
