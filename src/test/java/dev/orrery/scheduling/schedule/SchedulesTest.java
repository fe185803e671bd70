package dev.orrery.scheduling.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.orrery.model.schedule.Cron;
import dev.orrery.model.schedule.KeptSchedules;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.protocol.DurableEvent.ScheduleChanged;
import dev.orrery.scheduling.Sample;

import org.junit.jupiter.api.Test;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the index of schedules takes in, remembers, and refuses as a bug of whoever decided it. */
final class SchedulesTest {

    private static final ScheduleId ID = new ScheduleId(new UUID(7, 1));

    private final Schedules schedules = new Schedules();

    @Test
    void deletedSchedules_areRememberedUpToABound() {
        for (int i = 0; i < KeptSchedules.DELETED_MAX + 2; i++) {
            ScheduleId id = new ScheduleId(new UUID(7, i));
            apply(id, created());
            apply(id, new ScheduleChange.Deleted("me"));
        }

        assertThat(schedules.kept().all()).isEmpty();
        assertThat(schedules.kept().deleted())
                .hasSize(KeptSchedules.DELETED_MAX)
                .startsWith(new ScheduleId(new UUID(7, 2)));
        assertThat(schedules.nextAlarm()).isEmpty();
    }

    @Test
    void whatIsKept_makesTheSameSchedules() {
        apply(ID, created());
        apply(new ScheduleId(new UUID(7, 2)), created());
        apply(ID, new ScheduleChange.Deleted("me"));
        Schedules next = new Schedules();

        next.restore(schedules.kept());

        assertThat(next.kept()).isEqualTo(schedules.kept());
        assertThat(next.nextAlarm()).isEqualTo(schedules.nextAlarm()).isPresent();
        assertThat(next.wasDeleted(ID)).isTrue();
    }

    @Test
    void heldSchedule_isLookedAtLaterUntilItMoves() {
        apply(ID, created());
        schedules.hold(ID, Sample.START.plusSeconds(90));
        schedules.hold(new ScheduleId(new UUID(7, 9)), Sample.START);
        assertThat(schedules.nextAlarm()).contains(Sample.START.plusSeconds(90));

        schedules.hold(ID, Sample.START.plusSeconds(30));
        assertThat(schedules.nextAlarm()).contains(Sample.START.plusSeconds(60));

        apply(ID, new ScheduleChange.Skipped(Sample.START.plusSeconds(60), 1, "overlap"));
        assertThat(schedules.nextAlarm()).contains(Sample.START.plusSeconds(120));
    }

    @Test
    void changeOfNoSchedule_isRefused() {
        for (ScheduleChange change :
                List.of(
                        new ScheduleChange.Paused("me"),
                        new ScheduleChange.Deleted("me"),
                        new ScheduleChange.Fired(Sample.START, ID.jobAt(Sample.START)))) {
            assertThatIllegalStateException().isThrownBy(() -> apply(ID, change));
        }
        assertThat(schedules.all()).isEmpty();
    }

    @Test
    void secondCreation_isRefused() {
        apply(ID, created());

        assertThatIllegalStateException().isThrownBy(() -> apply(ID, created()));
        assertThat(schedules.all()).hasSize(1);
    }

    private void apply(ScheduleId id, ScheduleChange change) {
        schedules.apply(new ScheduleChanged(id, Sample.START, change));
    }

    private static ScheduleChange.Created created() {
        return new ScheduleChange.Created(
                new ScheduleSpec(
                        "nightly",
                        Cron.parse("* * * * *"),
                        ZoneOffset.UTC,
                        Sample.spec().make(),
                        ScheduleSpec.Misfire.ONCE,
                        ScheduleSpec.Overlap.ALLOW,
                        Optional.empty(),
                        Optional.empty()));
    }
}
