package dev.orrery.simulation;

import dev.orrery.scheduling.Shrinking;
import dev.orrery.simulation.Run.Result;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Many runs side by side on all cores, their results taken in order of the seeds. */
final class Campaign {

    private static final int CHUNK = 256;

    private final Map<String, Long> counts = new TreeMap<>();
    private final List<Long> failures = new ArrayList<>();
    private Optional<Result> firstFailure = Optional.empty();
    private long seeds;
    private long played;

    /** Plays seeds, to the end or to the first failure. */
    static Campaign of(long from, long count, Set<Bug> bugs, boolean untilFailure) {
        Campaign campaign = new Campaign();
        int threads = Runtime.getRuntime().availableProcessors();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (long first = from; first < from + count; first += CHUNK) {
                List<Future<Result>> chunk = new ArrayList<>();
                for (long seed = first; seed < Math.min(first + CHUNK, from + count); seed++) {
                    Plan plan = Plan.of(seed, bugs);
                    chunk.add(executor.submit(() -> Run.of(plan, false)));
                }
                chunk.forEach(it -> campaign.take(outcome(it), untilFailure));
                if (untilFailure && !campaign.failures.isEmpty()) {
                    return campaign;
                }
            }
        }
        return campaign;
    }

    private static Result outcome(Future<Result> future) {
        try {
            return future.get();
        } catch (ExecutionException bug) {
            throw new IllegalStateException("the simulation itself failed", bug);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
    }

    private void take(Result result, boolean untilFailure) {
        if (untilFailure && !failures.isEmpty()) {
            return;
        }
        seeds++;
        played += result.played();
        result.counts().forEach((name, count) -> counts.merge(name, count, Long::sum));
        result.whims().forEach((whim, count) -> counts.merge(whim.name(), count, Long::sum));
        if (result.failure().isPresent()) {
            failures.add(result.plan().seed());
            firstFailure = firstFailure.or(() -> Optional.of(result));
        }
    }

    long seeds() {
        return seeds;
    }

    long played() {
        return played;
    }

    /** Seeds that broke a promise, in order. */
    List<Long> failures() {
        return List.copyOf(failures);
    }

    Optional<Result> firstFailure() {
        return firstFailure;
    }

    /** How often each thing was done: faults, whims, takeovers and the like. */
    Map<String, Long> counts() {
        return counts;
    }

    /** Names of faults and whims that never were. */
    List<String> missing() {
        List<String> names = new ArrayList<>();
        for (Fault.Kind kind : Fault.Kind.values()) {
            names.add(kind.name());
        }
        for (Whim whim : Whim.values()) {
            names.add(whim.name());
        }
        names.removeAll(counts.keySet());
        return names;
    }

    /** The same failure with as few faults and whims as possible. */
    static Plan shrunk(Plan plan) {
        List<Object> parts = new ArrayList<>(plan.faults());
        parts.addAll(plan.whims());
        Consumer<List<Object>> run =
                some -> Run.of(with(plan, some), false).failure().ifPresent(Campaign::rethrow);
        return with(plan, Shrinking.shrink(parts, run));
    }

    private static void rethrow(Throwable failure) {
        throw new Violation(failure.toString());
    }

    private static Plan with(Plan plan, List<Object> parts) {
        List<Fault> faults = new ArrayList<>();
        Set<Whim> whims = EnumSet.noneOf(Whim.class);
        for (Object part : parts) {
            switch (part) {
                case Fault fault -> faults.add(fault);
                case Whim whim -> whims.add(whim);
                default -> throw new IllegalStateException("not a part of a plan: " + part);
            }
        }
        return plan.with(faults, whims);
    }
}
