package dev.orrery.chaos;

import dev.orrery.chaos.Faults.Fault;
import dev.orrery.endtoend.Api;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The program behind {@code bin/chaos}: real processes, random faults from a seed, one line.
 *
 * <p>Its arguments are the file for the result, then {@code --name value} pairs.
 */
public final class Chaos {
    private static final Logger LOG = LoggerFactory.getLogger(Chaos.class);
    private static final int CLIENTS = 4;
    private static final int SLOTS = 4;
    private static final int QUEUED = 36;
    private static final int QUEUERS = 32;
    private static final String WAITING =
            """
            {"command": "true", "constraints": [{"label": "nobody", "in": ["here"]}]}\
            """;
    private static final Duration PAUSE = Duration.ofMillis(400);

    private final World world;
    private final Trial trial;
    private final Random random;
    private final Faults faults;

    private Chaos(World world, long seed) {
        this.world = world;
        this.random = new Random(seed);
        this.faults = new Faults(world, random);
        Random doors = new Random(seed);
        this.trial = new Trial("chaos", world.fleet(), () -> world.door(doors));
        trial.clients().start(CLIENTS, PAUSE, seed, trial.mix(1.5));
    }

    /** Runs it; exit code 1 when anything was lost, doubled or otherwise wrong. */
    public static void main(String... args) throws IOException {
        Map<String, String> options = new TreeMap<>();
        for (int i = 1; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        long seed = Long.parseLong(options.getOrDefault("--seed", "" + System.nanoTime()));
        boolean isRoot = System.getProperty("user.name").equals("root");
        World world = World.start(isRoot, "", SLOTS);
        Runtime.getRuntime().addShutdownHook(new Thread(world::close));
        Chaos chaos = new Chaos(world, seed);
        chaos.queue(Integer.parseInt(options.getOrDefault("--queued", "0")));
        String takeovers = options.get("--takeovers");
        if (takeovers == null) {
            chaos.mix(Duration.ofMinutes(Long.parseLong(options.getOrDefault("--minutes", "10"))));
        } else {
            chaos.takeovers(Integer.parseInt(takeovers));
        }
        Verdict verdict = chaos.judge();
        Files.writeString(Path.of(args[0]), chaos.result(verdict, seed, takeovers != null));
        System.exit(verdict.violations().isEmpty() ? 0 : 1);
    }

    /** Tasks that wait all the time, for a worker that there is not: every takeover loads them. */
    private void queue(int count) {
        Api api = world.fleet().api();
        try (ExecutorService threads = Executors.newFixedThreadPool(QUEUERS)) {
            Callable<String> one = () -> api.submit(WAITING);
            for (Future<String> accepted : threads.invokeAll(Collections.nCopies(count, one))) {
                accepted.get();
            }
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException("tasks were not queued", failed);
        }
    }

    /** Faults one after the other, with pauses in which the cluster may become whole. */
    private void mix(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        pause(5_000);
        while (System.nanoTime() < end) {
            hold(faults.next());
            pause(2_000 + random.nextInt(6_000));
        }
    }

    private void hold(Fault fault) {
        LOG.atWarn()
                .log(fault.kind() + " " + fault.target() + " for " + fault.holdMillis() + " ms");
        trial.inject(fault.kind(), fault.target(), fault.begin(), fault.end());
        pause(fault.holdMillis());
        trial.heal();
    }

    /** The same three faults of the leader, again and again. */
    private void takeovers(int count) {
        for (int i = 0; i < count; i++) {
            takeover(faults.kill(world.leader(), 0));
            takeover(faults.freeze(world.leader(), 0));
            world.network().ifPresent(it -> takeover(faults.isolate(it, world.leader(), 0)));
        }
    }

    private void takeover(Fault fault) {
        world.awaitWhole();
        // At another moment of the lease each time.
        pause(2_000 + random.nextInt(1_000));
        // Something waits all the time, so that the pause is the leader's and not the clients'.
        for (int i = 0; i < QUEUED; i++) {
            trial.submit(1);
        }
        long epoch = world.database().epoch();
        trial.inject(fault.kind(), fault.target(), fault.begin(), fault.end());
        long started = trial.starts();
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (world.database().epoch() == epoch && System.nanoTime() < end) {
            pause(50);
        }
        started = Math.max(started, trial.starts());
        while (trial.starts() < started + 3 && System.nanoTime() < end) {
            pause(50);
        }
        trial.heal();
    }

    private Verdict judge() {
        world.network().ifPresent(Network::heal);
        trial.clients().stop();
        world.awaitWhole();
        world.database().facts(Database.Mark.BEGINNING).forEach(trial.history()::add);
        return trial.judge(world.fleet().api());
    }

    private String result(Verdict verdict, long seed, boolean byKind) {
        Gaps gaps = new Gaps(trial.history());
        StringBuilder line = new StringBuilder();
        line.append("seed=").append(seed);
        line.append(" submitted=").append(verdict.submitted());
        line.append(" acknowledged=").append(verdict.acknowledged());
        line.append(" unknown=").append(verdict.unknown());
        line.append(" executions=").append(verdict.executions());
        line.append(" lost=").append(verdict.lost());
        line.append(" doubled=").append(verdict.doubled());
        line.append(" violations=").append(verdict.violations().size());
        line.append(" asleep=").append(verdict.asleep());
        line.append(" takeovers=").append(gaps.takeovers());
        line.append(" gap_s=").append(Gaps.quantiles(gaps.between()));
        line.append(
                gaps.counts().entrySet().stream()
                        .map(it -> it.getKey() + ":" + it.getValue())
                        .collect(Collectors.joining(",", " faults=", "\n")));
        if (byKind) {
            for (String kind : gaps.kinds()) {
                List<Double> since = gaps.since(kind);
                line.append("takeover kind=").append(kind);
                line.append(" n=").append(since.size());
                line.append(" s=").append(Gaps.quantiles(since)).append('\n');
            }
        }
        verdict.violations().stream()
                .limit(20)
                .forEach(it ->
                        line.append("# ")
                                .append(it.rule())
                                .append(' ')
                                .append(it.what())
                                .append('\n'));
        return line.toString();
    }

    private static void pause(int millis) {
        try {
            new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
