package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every input in every state of task A, with what is decided. {@code -Drewrite=true} writes the
 * table anew, to be read before it is committed.
 */
final class StateInputTest {

    private static final Path TABLE = Path.of("src/test/resources/scheduling/state-input.txt");

    /** How each state is reached; w2 is another worker, without a slot for A. */
    private static final Map<String, List<String>> STATES = states();

    private static Map<String, List<String>> states() {
        String worker = "hello w1 incarnation=5 session=5 slots=2 cpus=1";
        String other = "hello w2 incarnation=5 session=5 label=role:other";
        String submit = "submit A retries=1 key=k not-on=role:other";
        Map<String, List<String>> all = new LinkedHashMap<>();
        all.put("unknown", List.of(worker, other));
        all.put("waiting", List.of(worker, other, submit + " not-before=60s"));
        all.put("queued", List.of(worker, other, "submit B", "submit C", submit));
        all.put("assigned", List.of(worker, other, submit));
        all.put(
                "in advance",
                List.of(
                        worker,
                        other,
                        "submit B not-on=role:other",
                        "ended w1 B@1 wall=1ms",
                        "submit C not-on=role:other",
                        submit));
        all.put("running", List.of(worker, other, submit, "started w1 A@1"));
        all.put("cancelling", List.of(worker, other, submit, "started w1 A@1", "cancel A"));
        all.put("over", List.of(worker, other, submit, "ended w1 A@1 exit=0"));
        all.put("second attempt", List.of(worker, other, submit, "ended w1 A@1 exit=1", "wait 1s"));
        all.put("not adopted yet", List.of(worker, other, submit, "started w1 A@1", "crash"));
        return all;
    }

    private static final List<String> INPUTS =
            List.of(
                    "submit A retries=1 key=k not-on=role:other",
                    "submit A retries=1 key=k body=other",
                    "submit A retries=1",
                    "cancel A",
                    "retry A",
                    "purge A",
                    "explain A",
                    "describe",
                    "drain w1",
                    "resume w1",
                    "hello w1 session=5 slots=2 cpus=1",
                    "hello w1 session=4 slots=2 cpus=1",
                    "hello w1 session=6 slots=2 cpus=1 live=A@1",
                    "hello w1 session=6 slots=2 cpus=1",
                    "hello w1 incarnation=6 session=1 slots=2 cpus=1",
                    "hello w1 incarnation=4 session=9 live=A@1",
                    "heartbeat w1 live=A@1",
                    "heartbeat w1 live=A@1 draining",
                    "heartbeat w1 session=4 live=A@1",
                    "heartbeat w1 incarnation=4 live=A@1",
                    "heartbeat w1 epoch=0 live=A@1",
                    "heartbeat w3 live=A@1",
                    "started w1 A@1",
                    "started w1 A@2",
                    "started w2 A@1",
                    "started w1 A@1 incarnation=4",
                    "ended w1 A@1 exit=0",
                    "ended w1 A@1 exit=1",
                    "ended w1 A@1 lease-lost",
                    "ended w2 A@1 exit=0",
                    "ended w1 A@2 exit=0",
                    "ended w1 A.0-3@1 exit=0",
                    "not-started w1 A@1",
                    "not-started w2 A@1",
                    "progress w1 A@1 0.5 half",
                    "progress w2 A@1 0.5 half",
                    "goodbye w1",
                    "goodbye w2",
                    "goodbye w1 incarnation=4",
                    "wait 1s",
                    "wait 30s",
                    "wait 60s",
                    "jump 60s");

    @Test
    void everyInputInEveryState_decidesAsTheTableSays() throws IOException {
        List<String> table = table();

        if (Boolean.getBoolean("rewrite")) {
            Files.write(TABLE, table);
        } else {
            assertThat(String.join("\n", table))
                    .isEqualTo(String.join("\n", Files.readAllLines(TABLE)));
        }
    }

    private static List<String> table() {
        List<String> lines = new ArrayList<>();
        STATES.forEach((state, way) -> {
            lines.add("# A is " + state + ": " + String.join(", ", way));
            for (String input : INPUTS) {
                lines.add(input);
                decided(way, input).forEach(line -> lines.add("  " + line));
            }
            lines.add("");
        });
        return lines;
    }

    private static List<String> decided(List<String> way, String input) {
        Stage stage = new Stage();
        way.forEach(stage::take);
        List<String> decided = stage.take(input);
        assertThat(stage.leader().wakeAfter()).isBetween(Duration.ZERO, Duration.ofSeconds(1));
        assertThat(stage.leader().state().jobs().size())
                .as("nothing is left over that the store does not know")
                .isEqualTo(stage.leader().loaded().state().jobs().size());
        return decided;
    }
}
