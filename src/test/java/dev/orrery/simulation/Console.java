package dev.orrery.simulation;

import dev.orrery.simulation.Run.Result;

import java.io.PrintStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Says what a simulation found, and how to see it again. */
final class Console {

    private static final int FAILURES_SHOWN = 10;

    private final PrintStream out;

    Console(PrintStream out) {
        this.out = out;
    }

    /** Plays seeds and says what came of them; whether every promise was kept. */
    boolean playMany(long from, long count, Set<Bug> bugs) {
        long begun = System.nanoTime();
        Campaign campaign = Campaign.of(from, count, bugs, false);
        double seconds = (System.nanoTime() - begun) / 1e9;
        out.printf(
                "seeds %d-%d: %d failed; %.1f s, %.0f seeds/s, %.0f events/s%n",
                from,
                from + count - 1,
                campaign.failures().size(),
                seconds,
                campaign.seeds() / seconds,
                campaign.played() / seconds);
        campaign.counts().forEach((name, times) -> out.printf("  %8d  %s%n", times, name));
        campaign.missing().forEach(name -> out.printf("  never: %s%n", name));
        campaign.failures().stream()
                .limit(FAILURES_SHOWN)
                .forEach(seed -> out.printf("  failed: bin/simulate --seed %d%n", seed));
        campaign.firstFailure().ifPresent(first -> out.println(explanation(first)));
        return campaign.failures().isEmpty();
    }

    /** Says how many seeds each planted bug takes; whether all were found. */
    boolean findBugs(long from, long seedsMax) {
        boolean all = true;
        for (Bug bug : Bug.values()) {
            Campaign campaign = Campaign.of(from, seedsMax, EnumSet.of(bug), true);
            out.printf(
                    "%5s  %s: %s%n",
                    campaign.firstFailure().isPresent() ? campaign.seeds() + "" : "never",
                    bug,
                    campaign.firstFailure()
                            .map(Console::message)
                            .map(it -> it.lines().findFirst().orElse(""))
                            .orElse("not found"));
            all &= campaign.firstFailure().isPresent();
        }
        return all;
    }

    /** Plays one seed with its trace; whether every promise was kept. */
    boolean replay(long seed, Set<Bug> bugs) {
        Result result = Run.of(Plan.of(seed, bugs), true);
        result.trace().forEach(out::println);
        out.println(head(result.plan()));
        if (result.failure().isEmpty()) {
            out.printf("seed %d keeps every promise, %d events%n", seed, result.played());
            return true;
        }
        out.println(explanation(result));
        return false;
    }

    private static String head(Plan plan) {
        return "seed %d: %d masters, %d workers, %s, faults for %d ms"
                .formatted(
                        plan.seed(),
                        plan.masters(),
                        plan.workers(),
                        plan.weather(),
                        plan.safetyMillis());
    }

    /** What was broken, with as few faults as break it, and how to see it again. */
    static String explanation(Result result) {
        Plan shortest = Campaign.shrunk(result.plan());
        Result again = Run.of(shortest, false);
        StringBuilder text = new StringBuilder();
        long seed = shortest.seed();
        text.append("seed %d breaks a promise: %s%n".formatted(seed, message(result)));
        text.append("replay with its trace: bin/simulate --seed %d%n".formatted(seed));
        text.append("it takes these of its %d faults:%n".formatted(result.plan().faults().size()));
        shortest.faults().forEach(fault -> text.append("  ").append(fault).append("\n"));
        text.append("  and these whims: ").append(shortest.whims()).append("\n");
        text.append("and then: ").append(message(again));
        return text.toString();
    }

    private static String message(Result result) {
        return result.failure()
                .map(failure -> {
                    List<StackTraceElement> at = List.of(failure.getStackTrace());
                    boolean isPlain = failure instanceof Violation || at.isEmpty();
                    return isPlain ? failure.getMessage() : failure + " at " + at.getFirst();
                })
                .orElse("nothing");
    }
}
