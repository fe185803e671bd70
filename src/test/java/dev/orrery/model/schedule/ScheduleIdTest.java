package dev.orrery.model.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobId;

import org.junit.jupiter.api.Test;

import java.time.Instant;

/** The job of a moment is the same whoever derives it, and no other moment's. */
final class ScheduleIdTest {

    private static final ScheduleId NIGHTLY =
            ScheduleId.parse("019ad6f0-0000-7000-8000-000000000001");
    private static final Instant MOMENT = Instant.parse("2027-01-01T03:00:00Z");

    @Test
    void jobOfAMoment_isAlwaysTheSame() {
        assertThat(NIGHTLY.jobAt(MOMENT))
                .isEqualTo(ScheduleId.parse(NIGHTLY.toString()).jobAt(MOMENT));
    }

    @Test
    void jobOfAMoment_isAUuidOfVersion7WithTheTimeOfTheMoment() {
        JobId job = NIGHTLY.jobAt(MOMENT);

        assertThat(job.value().version()).isEqualTo(7);
        assertThat(job.value().variant()).isEqualTo(2);
        assertThat(job.value().getMostSignificantBits() >>> 16).isEqualTo(MOMENT.toEpochMilli());
        assertThat(job).isLessThan(NIGHTLY.jobAt(MOMENT.plusSeconds(1)));
    }

    @Test
    void otherMomentOrSchedule_hasAnotherJob() {
        ScheduleId other = ScheduleId.parse("019ad6f0-0000-7000-8000-000000000002");

        assertThat(NIGHTLY.jobAt(MOMENT.plusSeconds(1))).isNotEqualTo(NIGHTLY.jobAt(MOMENT));
        assertThat(other.jobAt(MOMENT)).isNotEqualTo(NIGHTLY.jobAt(MOMENT));
        assertThat(other).isGreaterThan(NIGHTLY);
    }
}
