package dev.orrery.node;

import dev.orrery.bus.BusNode;
import dev.orrery.config.Settings;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.net.URI;

/**
 * What every role of a node is given.
 *
 * @param fatal told when the node may not go on
 */
record Surroundings(
        Settings settings,
        NodeFiles files,
        BusNode node,
        PrometheusMeterRegistry metrics,
        Runnable fatal) {

    /** The version of the program, from the manifest of its jar. */
    static String version() {
        String version = Surroundings.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Where a server of this node is reached at a port. */
    URI uri(int port) {
        String host = settings.server().host();
        boolean any = host.equals("0.0.0.0") || host.equals("::");
        String scheme = settings.server().tls().isPresent() ? "https" : "http";
        String name = any ? settings.cluster().host() : host;
        return URI.create(
                scheme + "://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + port);
    }
}
