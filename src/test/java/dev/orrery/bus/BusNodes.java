package dev.orrery.bus;

import dev.orrery.config.Settings;
import dev.orrery.config.Sharing;
import dev.orrery.model.Resources;

import io.vertx.core.Future;
import io.vertx.core.VertxOptions;

import org.awaitility.Awaitility;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Nodes on loopback with little memory and few threads, stopped together at the end of a test. */
final class BusNodes implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(10);

    private static final int PORT_FIRST = 12_000;
    private static final int RANGE_SIZE = 10;
    private static final int RANGES = 10;
    private static final int PROCESSES = 200;
    private static final AtomicInteger RANGE = new AtomicInteger();

    private final int memberPortFirst = nextRange();
    private final Deque<Started> started = new ArrayDeque<>();

    private record Started(BusStart start, BusNode node) {}

    /** Starts a clustered node that finds the others through the file in the directory. */
    BusNode join(Path data, String... members) throws IOException {
        return join(data, false, members);
    }

    /** Starts one that says whether it is a master. */
    BusNode join(Path data, boolean isMaster, String... members) throws IOException {
        BusStart start =
                new BusStart(
                        settings(data, true, List.of(members)),
                        small(),
                        x -> x,
                        isMaster ? Optional.of(data.toString()) : Optional.empty());
        BusNode node = start.start();
        started.push(new Started(start, node));
        return node;
    }

    /** Stops a node and waits until the others know, so that its port may be used again. */
    void stop(BusNode node) throws IOException {
        for (Started one : List.copyOf(started)) {
            if (one.node.equals(node)) {
                started.remove(one);
                one.start.stop(node);
            }
        }
        Awaitility.await().atMost(SOON).until(() -> started.stream().noneMatch(sees(node)));
    }

    private static Predicate<Started> sees(BusNode node) {
        return one -> one.node.membership().others().contains(node.id());
    }

    @Override
    public void close() throws IOException {
        for (Started one : List.copyOf(started)) {
            stop(one.node);
        }
    }

    Settings settings(Path data, boolean clustered, List<String> join) {
        return new Settings(
                new Settings.Server(
                        data,
                        "127.0.0.1",
                        0,
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        Duration.ofSeconds(1)),
                cluster(clustered, join),
                new Settings.Scheduling(
                        Collections.emptySortedMap(),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(24),
                        Duration.ofSeconds(28),
                        Duration.ofSeconds(30),
                        1000,
                        Resources.NONE,
                        Duration.ZERO,
                        0,
                        new Sharing(
                                Collections.emptySortedMap(),
                                0,
                                Collections.emptySortedMap(),
                                Collections.emptySortedMap(),
                                Duration.ZERO)),
                new Settings.Worker(
                        "",
                        0,
                        Resources.NONE,
                        Collections.emptySortedMap(),
                        "",
                        List.of(),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        1,
                        1,
                        1),
                new Settings.Storage(
                        "", Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), 0),
                new Settings.Limits(1, 1, 1, Duration.ofSeconds(1), 1, 1, 1, 1, SOON, SOON));
    }

    /** A range of its own for each object, so that other clusters on the machine are left alone. */
    Settings.Cluster cluster(boolean enabled, List<String> join) {
        return new Settings.Cluster(
                enabled,
                "127.0.0.1",
                0,
                memberPortFirst,
                memberPortFirst + RANGE_SIZE - 1,
                join,
                "loopback");
    }

    static VertxOptions small() {
        return new VertxOptions().setEventLoopPoolSize(2);
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.await(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Below the ports that the kernel gives to outgoing connections: Hazelcast takes the source of
     * a connection for an address of its member, so a port that serves as both confuses it.
     */
    private static int nextRange() {
        int process = (int) (ProcessHandle.current().pid() % PROCESSES);
        return PORT_FIRST + (process * RANGES + RANGE.getAndIncrement() % RANGES) * RANGE_SIZE;
    }
}
