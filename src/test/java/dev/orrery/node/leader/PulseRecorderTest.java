package dev.orrery.node.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Pulse;
import dev.orrery.scheduling.Effect;
import dev.orrery.scheduling.Sample;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The past of a cluster, as charts want it: bounded, and right in the sum. */
final class PulseRecorderTest {
    private static final Instant AT = Instant.parse("2027-01-01T00:00:00Z");

    private final PulseRecorder recorder = new PulseRecorder();

    @Test
    void second_countsWhatHappenedInItOnly() {
        end(TaskStatus.SUCCEEDED);
        end(TaskStatus.SUCCEEDED);
        end(TaskStatus.FAILED);

        Pulse first = recorder.beat(view(1));
        Pulse second = recorder.beat(view(2));

        assertThat(List.of(first.succeeded(), first.failed(), first.queued()))
                .containsExactly(2L, 1L, 1L);
        assertThat(List.of(second.succeeded(), second.failed(), second.queued()))
                .containsExactly(0L, 0L, 2L);
    }

    @Test
    void longTime_staysBoundedAndKeepsItsSums() {
        int seconds = 10_000;
        for (int i = 1; i <= seconds; i++) {
            end(TaskStatus.SUCCEEDED);
            recorder.beat(view(i));
        }

        Pulse.History history = recorder.history();

        assertThat(history.recent()).hasSize(PulseRecorder.RECENT_MAX);
        assertThat(history.recent().getLast().at()).isEqualTo(AT.plusSeconds(seconds));
        assertThat(history.whole()).hasSizeLessThan(PulseRecorder.WHOLE_MAX);
        int told = history.whole().stream().mapToInt(Pulse::seconds).sum();
        assertThat(told).isCloseTo(seconds, within(32));
        assertThat(history.whole()).allMatch(pulse -> pulse.succeeded() == pulse.seconds());
    }

    @Test
    void latency_countsFromTheTimeInTheIdUntilTheWorkerIsGivenTheTask() {
        JobId job = new JobId(new UUID(AT.toEpochMilli() << 16 | 0x7000, 1));
        AttemptId attempt = new AttemptId(TaskRange.single(job), 1);
        Effect.Assign assign =
                new Effect.Assign(new WorkerId("w-1"), 1, 1, attempt, Sample.spec().make(), 1);

        recorder.assigned(assign, AT.plus(Duration.ofMillis(250)));

        Pulse pulse = recorder.beat(view(1));
        assertThat((double) pulse.latencyMicros()).isBetween(250_000.0, 280_000.0);
        assertThat(recorder.beat(view(2)).latencyMicros()).isZero();
    }

    @Test
    void quantiles_areWithinATenth() {
        Latencies latencies = new Latencies();
        for (int millis = 1; millis <= 1_000; millis++) {
            latencies.add(Duration.ofMillis(millis));
        }

        assertThat((double) latencies.quantileMicros(0.5)).isBetween(500_000.0, 550_000.0);
        assertThat((double) latencies.quantileMicros(0.99)).isBetween(990_000.0, 1_089_000.0);
    }

    private void end(TaskStatus status) {
        JobId job = new JobId(new UUID(7, 1));
        JobEvent.Change change = new JobEvent.Ended(TaskRange.single(job), status, "whatever");
        recorder.happened(new JobEvent(job, 9, AT, status, change));
    }

    private static ClusterView view(int second) {
        return new ClusterView(
                1, AT.plusSeconds(second), 0, second, 0, 0, 0, 0, 0, 0, List.of(), List.of());
    }
}
