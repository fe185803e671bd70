package dev.orrery.simulation;

import java.util.List;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;

/** Chance, from a seed; one for each concern, so that more throws for one change no other. */
final class Dice {

    /** Nanoseconds in a millisecond. */
    static final long MILLI = 1_000_000;

    /** Nanoseconds in a second. */
    static final long SECOND = 1_000 * MILLI;

    private final SplittableGenerator random;

    private Dice(SplittableGenerator random) {
        this.random = random;
    }

    static Dice of(long seed) {
        return new Dice(
                RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(seed));
    }

    /** Independent dice for another concern. */
    Dice split() {
        return new Dice(random.split());
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** From 0 to below the bound. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From the first to below the second. */
    long between(long from, long to) {
        return to <= from ? from : random.nextLong(from, to);
    }

    /** Mostly near the first, seldom near the second; a long tail of delays. */
    long skewed(long from, long to) {
        double part = random.nextDouble();
        return from + (long) (part * part * part * (to - from));
    }

    long any() {
        return random.nextLong();
    }

    <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
