package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.scheduling.TaskMap.Segment;
import dev.orrery.scheduling.TaskState.Tally;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** A task map beside a plain list of states. */
final class TaskMapTest {

    private static final int ROUNDS = 2_000;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyChanges_giveWhatAListGives(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int round = 0; round < ROUNDS; round++) {
            int size = 1 + random.nextInt(50);
            TaskMap map = TaskMap.all(size, state(0));
            List<TaskState> list = new ArrayList<>(Collections.nCopies(size, state(0)));

            for (int change = 0; change < 10; change++) {
                int first = random.nextInt(size);
                int last = first + random.nextInt(size - first);
                int shift = random.nextInt(3);
                UnaryOperator<TaskState> shifted =
                        before -> state((before.tally().attempts() + shift) % 4);
                map.update(first, last, shifted);
                list.subList(first, last + 1).replaceAll(shifted);

                assertThat(unfolded(map.all())).as("seed %d", seed).isEqualTo(list);
                assertNeighboursDiffer(map.all());
                assertThat(unfolded(map.within(first, last)))
                        .isEqualTo(list.subList(first, last + 1));
                assertThat(map.get(last)).isEqualTo(list.get(last));
                assertThat(map.around(first, last)).isEqualTo(around(map, first, last));
            }
        }
    }

    @Test
    void indexOutsideTheJob_isRefused() {
        TaskMap map = TaskMap.all(3, state(0));

        assertThatThrownBy(() -> map.get(3)).hasMessage("no task 3");
        assertThatThrownBy(() -> map.get(-1)).hasMessage("no task -1");
    }

    @Test
    void copy_staysWhenTheOriginalChanges() {
        TaskMap map = TaskMap.all(3, state(0));

        TaskMap copy = map.copy();
        map.update(0, 1, before -> state(1));

        assertThat(copy.all()).containsExactly(new Segment(0, 2, state(0)));
    }

    private static List<Segment> around(TaskMap map, int first, int last) {
        return map.all().stream()
                .filter(it -> it.last() >= first - 1 && it.first() <= last + 1)
                .toList();
    }

    private static TaskState state(int number) {
        return new TaskState.Queued(new Tally(number, 0, 0));
    }

    private static List<TaskState> unfolded(List<Segment> segments) {
        List<TaskState> states = new ArrayList<>();
        for (Segment segment : segments) {
            states.addAll(
                    Collections.nCopies(segment.last() - segment.first() + 1, segment.state()));
        }
        return states;
    }

    private static void assertNeighboursDiffer(List<Segment> segments) {
        for (int i = 1; i < segments.size(); i++) {
            assertThat(segments.get(i).state()).isNotEqualTo(segments.get(i - 1).state());
        }
    }
}
