package dev.orrery.chaos;

import dev.orrery.endtoend.Certificates;
import dev.orrery.endtoend.Machines;
import dev.orrery.endtoend.Machines.Machine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The faults of a network between hosts, each of which is a namespace of Linux: packets are dropped
 * by nftables on the host itself, links are slowed down by its queue.
 */
final class Network {
    private final Map<String, Machine> machines = new TreeMap<>();
    private final List<Host> hosts;
    private final String here;

    /** So many hosts, which this machine reaches too. */
    Network(Machines space, int count) {
        List<Machine> all = space.connected(count);
        here = space.join();
        all.forEach(machine -> machines.put(machine.address(), machine));
        hosts = all.stream().map(it -> new Host(it.namespace(), it.address())).toList();
    }

    /** An authority, and one certificate for all hosts and this machine. */
    Certificates certificates(Path directory) {
        return Certificates.make(directory, String.join(",IP:", machines.keySet()) + ",IP:" + here);
    }

    /** The address of this machine in the network. */
    String here() {
        return here;
    }

    /** Drops what the host and a port of this machine send to each other. */
    void cutPort(Host host, int port) {
        rules(
                host,
                "add rule inet chaos out ip daddr " + here + " tcp dport " + port + " drop",
                "add rule inet chaos in ip saddr " + here + " tcp sport " + port + " drop");
    }

    List<Host> hosts() {
        return hosts;
    }

    private Machine machine(Host host) {
        Machine machine = machines.get(host.address());
        if (machine == null) {
            throw new IllegalArgumentException("no host of this network: " + host);
        }
        return machine;
    }

    /** Drops what either sends to the other, without a word to anybody. */
    void cut(Host one, Host other) {
        cutTo(one, other);
        cutTo(other, one);
    }

    /** Drops what the one sends to the other; what comes back still arrives. */
    void cutTo(Host from, Host to) {
        rules(from, "add rule inet chaos out ip daddr " + to.address() + " drop");
    }

    /** Drops all that the host sends and is sent. */
    void isolate(Host host) {
        rules(
                host,
                "add rule inet chaos out oifname != lo drop",
                "add rule inet chaos in iifname != lo drop");
    }

    /**
     * Answers whatever comes for a connection with a reset. It is done where packets come in: on
     * their way out the reset would go to the host's own sockets, and peers would wait.
     */
    void reset(Host host) {
        rules(
                host,
                "add rule inet chaos in tcp flags & rst == rst accept",
                "add rule inet chaos in iifname != lo meta l4proto tcp reject with tcp reset");
    }

    private void rules(Host host, String... rules) {
        String all =
                Stream.concat(
                                Stream.of(
                                        "add table inet chaos",
                                        "add chain inet chaos out"
                                                + " { type filter hook output priority 0; }",
                                        "add chain inet chaos in"
                                                + " { type filter hook input priority 0; }"),
                                Stream.of(rules))
                        .map(rule -> rule + "\n")
                        .collect(Collectors.joining());
        machine(host).shell("nft -f - <<'END'\n" + all + "END");
    }

    /** Lets all packets of the host through. */
    void heal(Host host) {
        machine(host).shell("nft flush ruleset");
    }

    void heal() {
        hosts.forEach(this::heal);
    }

    /** Lets so many kilobytes a second out of the host, and the queue be that long. */
    void slow(Host host, int kilobytes, int queueMillis) {
        machine(host)
                .shell(
                        "tc qdisc replace dev eth0 root tbf rate "
                                + kilobytes
                                + "kbps burst 8kb latency "
                                + queueMillis
                                + "ms");
    }

    void quicken(Host host) {
        machine(host).shell("tc qdisc del dev eth0 root");
    }
}
