package dev.orrery.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes a failing list of inputs short by deleting halves, quarters, … of it. */
public final class Shrinking {

    private Shrinking() {}

    /** What a run of the inputs throws, if it does. */
    public static <T> Optional<Throwable> failure(List<T> inputs, Consumer<List<T>> run) {
        try {
            run.accept(inputs);
            return Optional.empty();
        } catch (RuntimeException | AssertionError failure) {
            return Optional.of(failure);
        }
    }

    /** A shorter list that still fails, of which no single input can be left out. */
    public static <T> List<T> shrink(List<T> failing, Consumer<List<T>> run) {
        List<T> shortest = failing;
        int length = Math.max(1, shortest.size() / 2);
        while (true) {
            int before = shortest.size();
            for (int from = 0; from < shortest.size(); ) {
                List<T> rest = new ArrayList<>(shortest);
                rest.subList(from, Math.min(rest.size(), from + length)).clear();
                if (failure(rest, run).isPresent()) {
                    shortest = rest;
                } else {
                    from += length;
                }
            }
            if (length == 1 && shortest.size() == before) {
                return List.copyOf(shortest);
            }
            length = Math.max(1, length / 2);
        }
    }
}
