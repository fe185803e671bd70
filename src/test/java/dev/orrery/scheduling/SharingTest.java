package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who goes next over a long time, when several want the cluster. */
final class SharingTest {

    private static final Pattern ASSIGNED = Pattern.compile("assigned (\\S+)@(\\d+) to (\\w+)/1");

    private final ArrayDeque<String[]> running = new ArrayDeque<>();
    private final List<String> order = new ArrayList<>();
    private final Stage stage = new Stage();

    private void play(String line) {
        for (String decided : stage.take(line)) {
            Matcher matcher = ASSIGNED.matcher(decided);
            if (matcher.find()) {
                order.add(matcher.group(1));
                running.add(
                        new String[] {matcher.group(3), matcher.group(1) + "@" + matcher.group(2)});
            }
        }
    }

    /** The attempt that was given first ends. */
    private void endOne() {
        String[] first = running.remove();
        play("ended " + first[0] + " " + first[1] + " exit=0");
    }

    private long given(String namespace) {
        return order.stream().filter(it -> it.startsWith(namespace)).count();
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 2, 1", "1, 3, 1", "3, 2, 1", "4, 3, 1", "12, 5, 1"})
    void weights_divideTheSlotsBetweenThoseWhoAlwaysWait(int slots, int weightA, int weightB) {
        play("rules weight=a:%d,b:%d".formatted(weightA, weightB));
        int each = 150;
        for (int i = 0; i < each; i++) {
            play("submit a%d namespace=a".formatted(i));
            play("submit b%d namespace=b".formatted(i));
        }

        play("hello w1 slots=" + slots);
        while (order.size() < each) {
            endOne();
        }

        double expected = (double) each * weightA / (weightA + weightB);
        assertThat((double) given("a")).isBetween(expected - slots - 1, expected + slots + 1);
    }

    @Test
    void namespaceThatComesLate_isServedNextButOwesNothing() {
        for (int i = 0; i < 20; i++) {
            play("submit a%d namespace=a".formatted(i));
        }
        play("hello w1");
        for (int i = 0; i < 9; i++) {
            endOne();
        }

        for (int i = 0; i < 4; i++) {
            play("submit b%d namespace=b".formatted(i));
        }
        for (int i = 0; i < 8; i++) {
            endOne();
        }

        assertThat(order.subList(10, 18).stream().filter(it -> it.startsWith("b"))).hasSize(4);
        assertThat(order.subList(10, 12)).contains("b0");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void oneNamespace_goesByDeadlineThenPriorityThenArrival(long seed) {
        Random dice = new Random(seed);
        record Task(String name, int deadline, int priority, int arrival) {}
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int deadline = dice.nextBoolean() ? 1_000 + dice.nextInt(5) : Integer.MAX_VALUE;
            Task task = new Task("t" + i, deadline, dice.nextInt(3), i);
            tasks.add(task);
            String line = "submit %s priority=%d".formatted(task.name(), task.priority());
            boolean hasOne = deadline < Integer.MAX_VALUE;
            play(hasOne ? line + " deadline=+" + deadline + "s" : line);
        }

        play("hello w1");
        while (!running.isEmpty()) {
            endOne();
        }

        tasks.sort(
                Comparator.comparingInt(Task::deadline)
                        .thenComparing(Comparator.comparingInt(Task::priority).reversed())
                        .thenComparingInt(Task::arrival));
        assertThat(order).as("seed " + seed).isEqualTo(tasks.stream().map(Task::name).toList());
    }

    /** Ends come one by one, so that the large one would never find four cpus free by itself. */
    @Test
    void largeTask_goesAlthoughSmallOnesNeverStop() {
        play("hello w1 slots=4");
        play("hello w2 slots=4");
        for (int i = 0; i < 9; i++) {
            play("submit s%d".formatted(i));
        }
        play("submit large cpus=4");

        int small = 9;
        while (!order.contains("large") && small < 200) {
            play("submit s%d".formatted(small));
            small++;
            endOne();
            play("wait 1s");
            play("heartbeat w1");
            play("heartbeat w2");
        }

        assertThat(order).contains("large");
        assertThat(small).isLessThan(60);
    }

    @Test
    void exclusiveTask_goesAlthoughOthersNeverStop() {
        play("hello w1 slots=3");
        for (int i = 0; i < 4; i++) {
            play("submit s%d".formatted(i));
        }
        play("submit alone exclusive");

        int small = 4;
        while (!order.contains("alone") && small < 200) {
            play("submit s%d".formatted(small));
            small++;
            endOne();
            play("wait 1s");
            play("heartbeat w1");
        }
        play("submit after");

        assertThat(order.getLast()).isEqualTo("alone");
        assertThat(running).hasSize(1);
    }

    @Test
    void keptWorkerThatIsLost_isKeptNoMoreAndAnotherOneIs() {
        play("rules after=1s");
        play("hello w1 slots=2");
        play("submit s1");
        play("submit large cpus=2");
        play("submit s2");
        play("wait 1s");
        endOne();
        play("submit s3");
        play("wait 1s");
        assertThat(stage.take("explain large").toString()).contains("w1 is kept free for it");

        play("goodbye w1");
        play("hello w2 slots=2");

        assertThat(order.getLast()).isEqualTo("large");
        assertThat(stage.take("explain s3").toString()).doesNotContain("kept");
    }

    /** What is given in advance counts, and is asked back for a namespace that has nothing. */
    @Test
    void workGivenInAdvance_isAskedBackForANamespaceFarBelowItsShare() {
        play("hello w1");
        play("submit a0 namespace=a");
        play("ended w1 a0@1 wall=1ms");
        for (int i = 1; i < 9; i++) {
            play("submit a%d namespace=a".formatted(i));
        }

        List<String> decided = stage.take("submit b namespace=b");

        assertThat(decided.toString()).contains("recalled from w1").contains("a8@1");
        assertThat(decided.toString()).doesNotContain("a1@1");
    }
}
