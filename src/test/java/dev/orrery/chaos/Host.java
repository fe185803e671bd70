package dev.orrery.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a node runs.
 *
 * @param namespace the network namespace of Linux, empty for that of the test itself
 */
record Host(String namespace, String address) {
    /** This machine, without a network. */
    static final Host LOOPBACK = new Host("", "127.0.0.1");

    /** The command as this host runs it; unlike {@code ip netns exec} it keeps the mounts. */
    List<String> command(List<String> command) {
        if (isLoopback()) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
        all.addAll(command);
        return all;
    }

    boolean isLoopback() {
        return namespace.isEmpty();
    }
}
