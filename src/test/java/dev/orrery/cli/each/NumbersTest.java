package dev.orrery.cli.each;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Random;
import java.util.TreeSet;

/** Which jobs are ours. */
final class NumbersTest {

    @Test
    void numbers_areContainedInWhateverOrderTheyCame() {
        Random random = new Random(5);
        Numbers numbers = new Numbers();
        TreeSet<Long> expected = new TreeSet<>();

        for (int i = 0; i < 2_000; i++) {
            long number = 1L + random.nextInt(1_500);
            numbers.add(number);
            expected.add(number);
        }

        for (long number = 0; number <= 1_501; number++) {
            assertThat(numbers.contains(number)).isEqualTo(expected.contains(number));
        }
        assertThat(numbers).hasToString(expected.first() + "-" + expected.last());
    }
}
