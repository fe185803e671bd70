package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;

/**
 * Random histories of a cluster, with lost, repeated and reordered messages and crashes of
 * everybody. {@code -Dseed=N} plays one, {@code -Dseeds=N} as many from 1 on.
 */
final class PropertyTest {

    private static final int STEPS = 150;

    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one == null
                ? LongStream.rangeClosed(1, Long.getLong("seeds", 200L))
                : LongStream.of(one);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anyHistory_keepsThePromises(long seed) {
        List<Step> steps =
                Step.random(RandomGeneratorFactory.of("L64X128MixRandom").create(seed), STEPS);
        play(seed, steps);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anyHistory_underAWallClockThatJumps_keepsThePromises(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(-seed);
        List<Step> steps = new ArrayList<>();
        for (Step step : Step.random(random, STEPS)) {
            steps.add(step);
            if (random.nextInt(8) == 0) {
                steps.add(new Step.Jump(random.nextBoolean() ? 60 : -60));
            }
        }
        play(seed, steps);
    }

    private static void play(long seed, List<Step> steps) {
        boolean shortRuns = seed % 2 == 0;
        Consumer<List<Step>> run = it -> new Simulation(shortRuns).play(it);

        Optional<Throwable> failure = Shrinking.failure(steps, run);

        failure.ifPresent(thrown -> {
            List<Step> shortest = Shrinking.shrink(steps, run);
            Throwable cause = Shrinking.failure(shortest, run).orElse(thrown);
            String lines = String.join("\n", shortest.stream().map(Step::toString).toList());
            fail(
                    "Seed %d; replay with: mvn test -Dtest=PropertyTest -Dseed=%d%n%s"
                            .formatted(seed, seed, lines),
                    cause);
        });
    }

    @Test
    void shrinking_leavesOnlyWhatFails() {
        List<Integer> inputs = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
        Consumer<List<Integer>> run =
                it -> {
                    if (it.contains(3) && it.contains(8)) {
                        throw new IllegalStateException("3 and 8");
                    }
                };

        assertThat(Shrinking.shrink(inputs, run)).containsExactly(3, 8);
    }
}
