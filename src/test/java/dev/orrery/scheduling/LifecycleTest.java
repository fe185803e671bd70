package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.JobId;
import dev.orrery.model.Outcome;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Change;
import dev.orrery.protocol.JobEvent.Next;
import dev.orrery.scheduling.TaskState.Tally;
import dev.orrery.scheduling.policy.PriorityKey;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What each change makes of each state of a task; {@code docs/lifecycle.md} shows it. */
final class LifecycleTest {

    private static final Path PAGE = Path.of("docs/lifecycle.md");
    private static final String IMPOSSIBLE = "–";
    private static final Instant NOW = Sample.START;
    private static final Tally TALLY = new Tally(2, 1, 1);
    private static final JobId JOB = Sample.job(1);
    private static final TaskRange TASK = TaskRange.single(JOB);

    private static final List<TaskState> STATES =
            List.of(
                    new TaskState.Waiting(TALLY, NOW.plusSeconds(5)),
                    new TaskState.Queued(TALLY),
                    new TaskState.Assigned(TALLY, Sample.WORKER, 7),
                    new TaskState.Running(TALLY, Sample.WORKER, 7, NOW),
                    new TaskState.Cancelling(TALLY, Sample.WORKER, 7, "alice"),
                    new TaskState.Over(TALLY, TaskStatus.FAILED));

    private static final Map<String, Change> CHANGES = changes();

    private static Map<String, Change> changes() {
        Map<String, Change> all = new LinkedHashMap<>();
        all.put("Submitted", new JobEvent.Submitted(Sample.spec().make(), 1, Optional.empty()));
        all.put("Released", new JobEvent.Released(TASK));
        all.put("Assigned", new JobEvent.Assigned(TASK, 3, Sample.WORKER, 7));
        all.put("Unassigned", new JobEvent.Unassigned(TASK, 2, "recalled"));
        all.put("Started", new JobEvent.Started(TASK, 2, NOW));
        all.put("CancelRequested", new JobEvent.CancelRequested(TASK, "alice"));
        all.put("AttemptEnded, again now", ended(new Next.Again(NOW, 2, 2)));
        all.put("AttemptEnded, again later", ended(new Next.Again(NOW.plusSeconds(1), 2, 2)));
        all.put("AttemptEnded, over", ended(new Next.Over(TaskStatus.SUCCEEDED, "completed")));
        all.put("Ended", new JobEvent.Ended(TASK, TaskStatus.CANCELLED, "cancelled"));
        all.put("Retried", new JobEvent.Retried(TASK, Sample.spec().make(), 1, 2, 2, "alice"));
        return all;
    }

    private static Change ended(Next next) {
        AttemptResult result = AttemptResult.without(new Outcome.Exited(0), NOW);
        return new JobEvent.AttemptEnded(TASK, 2, Sample.WORKER, result, next);
    }

    @Test
    void eachChangeOfEachState_isAsThePageShows() throws IOException {
        List<String> shown =
                Files.readAllLines(PAGE).stream()
                        .filter(line -> line.startsWith("|"))
                        .limit(CHANGES.size() + 2L)
                        .toList();

        assertThat(shown).containsExactlyElementsOf(table());
    }

    @Test
    void theEdgesOfTheDiagram_areTheTransitionsOfTheTable() throws IOException {
        List<String> shown =
                Files.readAllLines(PAGE).stream()
                        .map(String::strip)
                        .filter(line -> line.contains(" --> ") && line.contains(": "))
                        .filter(line -> !line.startsWith("[*]") && !line.startsWith("Over"))
                        .toList();

        assertThat(singleEdges(shown)).isEqualTo(edges());
    }

    @Test
    void assignment_countsTheAttemptAndKeepsTheRest() {
        TaskState after = LiveJob.after(new TaskState.Queued(TALLY), changed("Assigned"), NOW);

        assertThat(after).isEqualTo(new TaskState.Assigned(new Tally(3, 1, 1), Sample.WORKER, 7));
    }

    @Test
    void endOfAnAttemptThatIsForgiven_countsIt() {
        TaskState running = new TaskState.Running(TALLY, Sample.WORKER, 7, NOW);

        assertThat(LiveJob.after(running, changed("AttemptEnded, again now"), NOW))
                .isEqualTo(new TaskState.Queued(new Tally(2, 2, 2)));
        assertThat(LiveJob.after(running, changed("AttemptEnded, again later"), NOW))
                .isEqualTo(new TaskState.Waiting(new Tally(2, 2, 2), NOW.plusSeconds(1)));
    }

    @Test
    void aRound_beginsOnlyWithAnOpeningEvent() {
        CHANGES.forEach((name, change) -> {
            JobEvent event = new JobEvent(JOB, 1, NOW, TaskStatus.QUEUED, change);
            if (name.equals("Submitted") || name.equals("Retried")) {
                assertThat(LiveJob.specOf(event)).isEqualTo(Sample.spec().make());
                assertThatThrownBy(() -> LiveJob.rangeOf(change))
                        .isInstanceOf(IllegalStateException.class);
            } else {
                assertThatThrownBy(() -> LiveJob.specOf(event))
                        .isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> LiveJob.opened(event, new PriorityKey(0, 0, 0)))
                        .isInstanceOf(IllegalStateException.class);
                assertThat(LiveJob.rangeOf(change)).isEqualTo(TASK);
            }
        });
    }

    private static Change changed(String name) {
        return Optional.ofNullable(CHANGES.get(name)).orElseThrow();
    }

    private static List<String> table() {
        List<String> lines = new ArrayList<>();
        List<String> names = STATES.stream().map(LifecycleTest::name).toList();
        lines.add("| change | " + String.join(" | ", names) + " |");
        lines.add("|---|" + "---|".repeat(STATES.size()));
        CHANGES.forEach((name, change) -> {
            List<String> cells = STATES.stream().map(state -> after(state, change)).toList();
            lines.add("| " + name + " | " + String.join(" | ", cells) + " |");
        });
        return lines;
    }

    private static SortedSet<String> edges() {
        TreeSet<String> edges = new TreeSet<>();
        CHANGES.forEach((name, change) -> {
            for (TaskState state : STATES) {
                String after = after(state, change);
                if (!after.equals(IMPOSSIBLE)) {
                    edges.add(name(state) + " --> " + after + ": " + name);
                }
            }
        });
        return edges;
    }

    /** Takes the triggers of an edge apart: they are separated by a line break. */
    private static SortedSet<String> singleEdges(List<String> shown) {
        TreeSet<String> edges = new TreeSet<>();
        for (String line : shown) {
            String[] parts = line.split(": ");
            Arrays.stream(parts[1].split("<br/>"))
                    .forEach(trigger -> edges.add(parts[0] + ": " + trigger));
        }
        return edges;
    }

    private static String after(TaskState state, Change change) {
        try {
            return name(LiveJob.after(state, change, NOW));
        } catch (IllegalStateException impossible) {
            assertThat(impossible).hasMessageContaining(name(state));
            return IMPOSSIBLE;
        }
    }

    private static String name(TaskState state) {
        return state.getClass().getSimpleName();
    }
}
