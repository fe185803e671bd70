package dev.orrery.model.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.Resources;
import dev.orrery.scheduling.Sample;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The jobs of a schedule are the job that was asked for, told which moment they run for. */
final class ScheduleSpecTest {
    private static final Instant MOMENT = Instant.parse("2027-01-01T03:00:00Z");

    private static final JobSpec ASKED =
            Sample.spec()
                    .namespace("lab")
                    .size(7)
                    .resources(new Resources(500, 1 << 20, 1, new TreeMap<>(Map.of("fpga", 1L))))
                    .priority(3)
                    .retry(new RetryRule(1, 2, Duration.ofSeconds(3), Duration.ofSeconds(4)))
                    .labels(new TreeMap<>(Map.of("team", "a")))
                    .retention(Duration.ofDays(5))
                    .maxParallel(2)
                    .exclusive(true)
                    .make();

    @Test
    void jobOfAMoment_carriesAllThatWasAskedFor() {
        JobSpec job = schedule().jobFor(MOMENT);

        assertThat(job)
                .usingRecursiveComparison()
                .ignoringFields("labels", "environment")
                .isEqualTo(ASKED);
        assertThat(job.maxParallel()).isEqualTo(2);
        assertThat(job.exclusive()).isTrue();
    }

    @Test
    void jobOfAMoment_isLabelledAndToldItsMoment() {
        JobSpec job = schedule().jobFor(MOMENT);

        assertThat(job.labels())
                .containsExactly(Map.entry("orrery.schedule", "nightly"), Map.entry("team", "a"));
        assertThat(job.environment())
                .containsExactly(Map.entry("ORRERY_SCHEDULED_FOR", "2027-01-01T03:00:00Z"));
    }

    private static ScheduleSpec schedule() {
        return new ScheduleSpec(
                "nightly",
                Cron.parse("0 3 * * *"),
                ZoneId.of("UTC"),
                ASKED,
                ScheduleSpec.Misfire.ONCE,
                ScheduleSpec.Overlap.ALLOW,
                Optional.empty(),
                Optional.empty());
    }
}
