package dev.orrery.chaos;

import dev.orrery.chaos.Fact.Dispatched;
import dev.orrery.chaos.Fact.Injected;
import dev.orrery.chaos.Fact.Led;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** How long nothing was dispatched around each change of the leader, in seconds. */
final class Gaps {
    private final TreeSet<Long> dispatches = new TreeSet<>();
    private final List<Led> epochs;
    private final List<Injected> faults;

    Gaps(History history) {
        history.all(Dispatched.class).forEach(it -> dispatches.add(it.at()));
        epochs = history.all(Led.class).skip(1).toList();
        faults = history.all(Injected.class).toList();
    }

    int takeovers() {
        return epochs.size();
    }

    /** Between the last dispatch before an epoch and the first one in it. */
    List<Double> between() {
        List<Double> gaps = new ArrayList<>();
        for (Led led : epochs) {
            Long before = dispatches.lower(led.at());
            Long after = dispatches.ceiling(led.at());
            if (before != null && after != null) {
                gaps.add((after - before) / 1e9);
            }
        }
        return gaps;
    }

    /** From each fault of that kind to the first dispatch by the leader that came after it. */
    List<Double> since(String kind) {
        List<Double> gaps = new ArrayList<>();
        for (Injected fault : faults) {
            if (!fault.kind().equals(kind)) {
                continue;
            }
            epochs.stream()
                    .filter(led -> led.at() >= fault.at())
                    .findFirst()
                    .map(led -> dispatches.ceiling(led.at()))
                    .ifPresent(first -> gaps.add((first - fault.at()) / 1e9));
        }
        return gaps;
    }

    Set<String> kinds() {
        return counts().keySet();
    }

    /** How many faults there were of each kind. */
    Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        faults.forEach(fault -> counts.merge(fault.kind(), 1, Integer::sum));
        return counts;
    }

    /** As {@code p50/p99/max}. */
    static String quantiles(List<Double> values) {
        if (values.isEmpty()) {
            return "-/-/-";
        }
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(
                Locale.ROOT, "%.1f/%.1f/%.1f", at(sorted, 0.5), at(sorted, 0.99), sorted.getLast());
    }

    private static double at(List<Double> sorted, double quantile) {
        int index = (int) Math.ceil(quantile * sorted.size()) - 1;
        return sorted.get(Math.max(0, index));
    }
}
