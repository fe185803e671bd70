package dev.orrery.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobId;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.JobEvent;
import dev.orrery.store.Histories;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What the events of a job say of it. */
final class JobHistoryTest {

    /** The row of a job is read before its events, which may have gone on meanwhile. */
    @Test
    void eventsPastTheRow_areLeftOut() {
        Instant at = Histories.START;
        JobId job = Histories.jobId(new Random(1), at);
        List<JobEvent> events =
                List.of(
                        Histories.submitted(
                                job, at, Histories.spec("default", "a", Map.of(), List.of()), 1),
                        Histories.assigned(job, 2, at, 1),
                        Histories.started(job, 3, at, 1));

        JobHistory history = new JobHistory(events).upTo(2);

        assertThat(history.events()).hasSize(2);
        assertThat(history.attempt(1).orElseThrow().status()).isEqualTo(TaskStatus.ASSIGNED);
    }
}
