package dev.orrery.scheduling.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/** The tree beside a TreeSet that is given the same; a seed says what. */
final class RangeTreeTest {

    private static final int CHANGES = 20_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomChanges_giveWhatATreeSetGives(long seed) {
        Random dice = new Random(seed);
        int spread = 1 << (2 + dice.nextInt(14));
        RangeTree tree = new RangeTree();
        TreeSet<Spot> reference = new TreeSet<>();

        for (int change = 0; change < CHANGES; change++) {
            boolean grows = change < CHANGES / 2;
            Spot spot = spot(dice, spread);
            if (dice.nextInt(4) == 0 == grows) {
                Spot near = reference.ceiling(spot);
                Spot gone = near == null ? spot : near;
                assertThat(tree.remove(gone)).as("seed " + seed).isEqualTo(reference.remove(gone));
            } else {
                assertThat(tree.add(spot)).as("seed " + seed).isEqualTo(reference.add(spot));
            }
            compare(tree, reference, spot(dice, spread), "seed " + seed + ", change " + change);
        }

        drain(tree, reference);
    }

    private static Spot spot(Random dice, int spread) {
        return new Spot(
                dice.nextInt(4) == 0 ? dice.nextInt(3) : Long.MAX_VALUE,
                -dice.nextInt(2),
                dice.nextInt(spread),
                new JobId(new UUID(0, 1 + dice.nextInt(3))),
                dice.nextInt(3),
                3 + dice.nextInt(5));
    }

    private static void compare(
            RangeTree tree, SortedSet<Spot> reference, Spot place, String about) {
        assertThat(tree.size()).as(about).isEqualTo(reference.size());
        if (reference.size() < 500) {
            assertThat(tree.before(place)).as(about).isEqualTo(reference.headSet(place).size());
        }
        assertThat(tree.first().isPresent()).as(about).isEqualTo(!reference.isEmpty());
        tree.first().ifPresent(first -> assertThat(first).as(about).isEqualTo(reference.first()));
    }

    private static void drain(RangeTree tree, SortedSet<Spot> reference) {
        List<Spot> drained = new ArrayList<>();
        while (tree.first().isPresent()) {
            Spot first = tree.first().get();
            drained.add(first);
            tree.remove(first);
        }
        assertThat(drained).containsExactlyElementsOf(reference);
    }

    @Test
    void manyInOrder_areCountedFromBothEnds() {
        RangeTree tree = new RangeTree();
        int count = 100_000;
        for (int i = 0; i < count; i++) {
            tree.add(at(i));
        }

        assertThat(tree.before(at(0))).isZero();
        assertThat(tree.before(at(77_777))).isEqualTo(77_777);
        assertThat(tree.before(at(count))).isEqualTo(count);

        for (int i = 0; i < 50_000; i++) {
            assertThat(tree.remove(at(i))).isTrue();
        }
        assertThat(tree.remove(at(7))).isFalse();
        assertThat(tree.before(at(77_777))).isEqualTo(27_777);
        assertThat(tree.first()).contains(at(50_000));
    }

    private static Spot at(int arrival) {
        JobId job = new JobId(new UUID(0, 1 + arrival));
        return new Spot(Long.MAX_VALUE, 0, arrival, job, 0, 0);
    }
}
