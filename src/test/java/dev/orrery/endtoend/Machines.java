package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Machines on a network of their own: network namespaces of Linux, each with its own loopback and
 * ports, joined by a bridge in one more namespace. It needs root and iproute2.
 */
public final class Machines implements AfterAllCallback {
    private static final long PID = ProcessHandle.current().pid();
    private static final int HERE = 254;

    private final String prefix = "orr" + PID + "-";
    // The part of the test's own machine is in the network of that too, so that no two may meet.
    private final String network = "10." + (64 + PID % 64) + "." + (PID / 64 % 256) + ".";
    private final List<String> namespaces = new ArrayList<>();

    /** A machine with an address, or with loopback alone when it is the only one. */
    public record Machine(String namespace, String address) {

        /** The command as this machine runs it. */
        public String[] command(List<String> command) {
            List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
            all.addAll(command);
            return all.toArray(String[]::new);
        }

        /** Runs a line of the shell here, and gives what it says. */
        public String shell(String line) {
            return run(command(List.of("sh", "-c", line)));
        }
    }

    /** A machine that has nothing but itself. */
    public Machine lonely(String name) {
        String namespace = prefix + name;
        run("ip", "netns", "add", namespace);
        namespaces.add(namespace);
        run("ip", "-n", namespace, "link", "set", "lo", "up");
        return new Machine(namespace, "127.0.0.1");
    }

    /** So many machines that reach each other. */
    public List<Machine> connected(int count) {
        String hub = lonely("hub").namespace();
        run("ip", "-n", hub, "link", "add", "bridge", "type", "bridge");
        run("ip", "-n", hub, "link", "set", "bridge", "up");
        List<Machine> machines = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            String namespace = lonely("m" + i).namespace();
            String port = "port" + i;
            run(
                    ("ip -n " + hub + " link add " + port + " type veth peer name eth0 netns ")
                            .concat(namespace)
                            .split(" "));
            run("ip", "-n", hub, "link", "set", port, "master", "bridge", "up");
            run("ip", "-n", namespace, "addr", "add", network + i + "/24", "dev", "eth0");
            run("ip", "-n", namespace, "link", "set", "eth0", "up");
            machines.add(new Machine(namespace, network + i));
        }
        return machines;
    }

    /** Lets this machine itself, too, reach those that are connected; its address there. */
    public String join() {
        String link = "orr" + PID;
        run(
                ("ip link add " + link + " type veth peer name here netns ")
                        .concat(namespaces.getFirst())
                        .split(" "));
        run("ip", "-n", namespaces.getFirst(), "link", "set", "here", "master", "bridge", "up");
        run("ip", "addr", "add", network + HERE + "/24", "dev", link);
        run("ip", "link", "set", link, "up");
        return network + HERE;
    }

    /** Runs a command to its end, which must be a good one; what it wrote to standard output. */
    private static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(String.join(" ", command) + ": " + said).isZero();
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException("namespaces need root and iproute2", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    /** Removes all of them, and then says which could not be removed. */
    public void close() {
        AssertionError left = new AssertionError("namespaces are left over");
        for (String namespace : namespaces) {
            try {
                run("ip", "netns", "del", namespace);
            } catch (AssertionError | UncheckedIOException failed) {
                left.addSuppressed(failed);
            }
        }
        namespaces.clear();
        if (left.getSuppressed().length > 0) {
            throw left;
        }
    }
}
