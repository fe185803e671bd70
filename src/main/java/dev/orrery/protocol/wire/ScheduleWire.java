package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.optional;

import dev.orrery.model.schedule.Cron;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleProgress;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.protocol.DurableEvent.ScheduleChanged;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.SchedulerRequest.ScheduleWish;
import dev.orrery.protocol.wire.proto.FireForm;
import dev.orrery.protocol.wire.proto.MisfireForm;
import dev.orrery.protocol.wire.proto.OfScheduleForm;
import dev.orrery.protocol.wire.proto.OverlapForm;
import dev.orrery.protocol.wire.proto.ScheduleChangedForm;
import dev.orrery.protocol.wire.proto.ScheduleFiredForm;
import dev.orrery.protocol.wire.proto.ScheduleIdForm;
import dev.orrery.protocol.wire.proto.ScheduleProgressForm;
import dev.orrery.protocol.wire.proto.ScheduleSkippedForm;
import dev.orrery.protocol.wire.proto.ScheduleSpecForm;
import dev.orrery.protocol.wire.proto.ScheduleTriggeredForm;
import dev.orrery.protocol.wire.proto.SkipForm;

import java.time.ZoneId;
import java.util.UUID;

/** The wire form of schedules, and the bytes that the store keeps of them. */
public final class ScheduleWire {

    private ScheduleWire() {}

    /** The bytes of what a schedule was asked to do. */
    public static byte[] encode(ScheduleSpec spec) {
        return form(spec).toByteArray();
    }

    /** The bytes of how far a schedule is. */
    public static byte[] encode(ScheduleProgress progress) {
        return form(progress).toByteArray();
    }

    /**
     * What a schedule was asked to do.
     *
     * @throws WireException (unchecked) when the bytes are damaged, or not known
     */
    public static ScheduleSpec decodeSpec(byte[] bytes) {
        return Frames.decode(bytes, ScheduleSpecForm.parser(), ScheduleWire::spec);
    }

    /**
     * How far a schedule is.
     *
     * @throws WireException (unchecked) when the bytes are damaged, or not known
     */
    public static ScheduleProgress decodeProgress(byte[] bytes) {
        return Frames.decode(bytes, ScheduleProgressForm.parser(), ScheduleWire::progress);
    }

    static ScheduleChangedForm form(ScheduleChanged changed) {
        ScheduleChangedForm.Builder form =
                ScheduleChangedForm.newBuilder()
                        .setSchedule(form(changed.schedule()))
                        .setAt(ModelWire.form(changed.at()));
        switch (changed.change()) {
            case ScheduleChange.Created it -> form.setCreated(form(it.spec()));
            case ScheduleChange.Paused it -> form.setPausedBy(it.by());
            case ScheduleChange.Resumed it -> form.setResumedBy(it.by());
            case ScheduleChange.Deleted it -> form.setDeletedBy(it.by());
            case ScheduleChange.Fired it ->
                    form.setFired(
                            ScheduleFiredForm.newBuilder()
                                    .setScheduledFor(ModelWire.form(it.scheduledFor()))
                                    .setJob(ModelWire.form(it.job())));
            case ScheduleChange.Skipped it ->
                    form.setSkipped(
                            ScheduleSkippedForm.newBuilder()
                                    .setThrough(ModelWire.form(it.through()))
                                    .setCount(it.count())
                                    .setReason(it.reason()));
            case ScheduleChange.Triggered it ->
                    form.setTriggered(
                            ScheduleTriggeredForm.newBuilder()
                                    .setJob(ModelWire.form(it.job()))
                                    .setBy(it.by()));
        }
        return form.build();
    }

    static ScheduleChanged changed(ScheduleChangedForm form) {
        ScheduleChange change =
                switch (form.getChangeCase()) {
                    case CREATED -> new ScheduleChange.Created(spec(form.getCreated()));
                    case PAUSED_BY -> new ScheduleChange.Paused(form.getPausedBy());
                    case RESUMED_BY -> new ScheduleChange.Resumed(form.getResumedBy());
                    case DELETED_BY -> new ScheduleChange.Deleted(form.getDeletedBy());
                    case FIRED ->
                            new ScheduleChange.Fired(
                                    ModelWire.instant(form.getFired().getScheduledFor()),
                                    ModelWire.jobId(form.getFired().getJob()));
                    case SKIPPED ->
                            new ScheduleChange.Skipped(
                                    ModelWire.instant(form.getSkipped().getThrough()),
                                    form.getSkipped().getCount(),
                                    form.getSkipped().getReason());
                    case TRIGGERED ->
                            new ScheduleChange.Triggered(
                                    ModelWire.jobId(form.getTriggered().getJob()),
                                    form.getTriggered().getBy());
                    case CHANGE_NOT_SET -> throw WireException.unknown("change of a schedule");
                };
        return new ScheduleChanged(id(form.getSchedule()), ModelWire.instant(form.getAt()), change);
    }

    static OfScheduleForm form(SchedulerRequest.OfSchedule request) {
        OfScheduleForm.Builder form =
                OfScheduleForm.newBuilder()
                        .setSchedule(form(request.schedule()))
                        .setBy(request.by());
        switch (request.wish()) {
            case ScheduleWish.Create it -> form.setCreate(form(it.spec()));
            case ScheduleWish.Pause it -> form.setPause(true);
            case ScheduleWish.Resume it -> form.setResume(true);
            case ScheduleWish.Delete it -> form.setDelete(true);
            case ScheduleWish.Trigger it -> form.setTrigger(ModelWire.form(it.job()));
        }
        return form.build();
    }

    static SchedulerRequest.OfSchedule request(OfScheduleForm form) {
        ScheduleWish wish =
                switch (form.getWishCase()) {
                    case CREATE -> new ScheduleWish.Create(spec(form.getCreate()));
                    case PAUSE -> new ScheduleWish.Pause();
                    case RESUME -> new ScheduleWish.Resume();
                    case DELETE -> new ScheduleWish.Delete();
                    case TRIGGER -> new ScheduleWish.Trigger(ModelWire.jobId(form.getTrigger()));
                    case WISH_NOT_SET -> throw WireException.unknown("wish for a schedule");
                };
        return new SchedulerRequest.OfSchedule(id(form.getSchedule()), wish, form.getBy());
    }

    private static ScheduleIdForm form(ScheduleId id) {
        return ScheduleIdForm.newBuilder()
                .setHigh(id.value().getMostSignificantBits())
                .setLow(id.value().getLeastSignificantBits())
                .build();
    }

    private static ScheduleId id(ScheduleIdForm form) {
        return new ScheduleId(new UUID(form.getHigh(), form.getLow()));
    }

    private static ScheduleSpecForm form(ScheduleSpec spec) {
        ScheduleSpecForm.Builder form =
                ScheduleSpecForm.newBuilder()
                        .setName(spec.name())
                        .setCron(spec.cron().toString())
                        .setZone(spec.zone().getId())
                        .setJob(JobSpecWire.form(spec.job()))
                        .setMisfire(
                                switch (spec.misfire()) {
                                    case SKIP -> MisfireForm.MISFIRE_SKIP;
                                    case ONCE -> MisfireForm.MISFIRE_ONCE;
                                    case ALL -> MisfireForm.MISFIRE_ALL;
                                })
                        .setOverlap(
                                switch (spec.overlap()) {
                                    case ALLOW -> OverlapForm.OVERLAP_ALLOW;
                                    case FORBID -> OverlapForm.OVERLAP_FORBID;
                                });
        spec.start().map(ModelWire::form).ifPresent(form::setStart);
        spec.end().map(ModelWire::form).ifPresent(form::setEnd);
        return form.build();
    }

    private static ScheduleSpec spec(ScheduleSpecForm form) {
        return new ScheduleSpec(
                form.getName(),
                Cron.parse(form.getCron()),
                ZoneId.of(form.getZone()),
                JobSpecWire.spec(form.getJob()),
                switch (form.getMisfire()) {
                    case MISFIRE_SKIP -> ScheduleSpec.Misfire.SKIP;
                    case MISFIRE_ONCE -> ScheduleSpec.Misfire.ONCE;
                    case MISFIRE_ALL -> ScheduleSpec.Misfire.ALL;
                    case MISFIRE_UNSPECIFIED, UNRECOGNIZED ->
                            throw WireException.unknown("misfire policy");
                },
                switch (form.getOverlap()) {
                    case OVERLAP_ALLOW -> ScheduleSpec.Overlap.ALLOW;
                    case OVERLAP_FORBID -> ScheduleSpec.Overlap.FORBID;
                    case OVERLAP_UNSPECIFIED, UNRECOGNIZED ->
                            throw WireException.unknown("overlap rule");
                },
                optional(form.hasStart(), form.getStart(), ModelWire::instant),
                optional(form.hasEnd(), form.getEnd(), ModelWire::instant));
    }

    private static ScheduleProgressForm form(ScheduleProgress progress) {
        ScheduleProgressForm.Builder form =
                ScheduleProgressForm.newBuilder()
                        .setPaused(progress.paused())
                        .setDecidedTo(ModelWire.form(progress.decidedTo()))
                        .setFired(progress.fired())
                        .setTriggered(progress.triggered())
                        .setSkipped(progress.skipped());
        progress.lastFire()
                .ifPresent(fire ->
                        form.setLastFire(
                                FireForm.newBuilder()
                                        .setScheduledFor(ModelWire.form(fire.scheduledFor()))
                                        .setAt(ModelWire.form(fire.at()))
                                        .setJob(ModelWire.form(fire.job()))));
        progress.lastJob().map(ModelWire::form).ifPresent(form::setLastJob);
        progress.lastSkip()
                .ifPresent(skip ->
                        form.setLastSkip(
                                SkipForm.newBuilder()
                                        .setThrough(ModelWire.form(skip.through()))
                                        .setReason(skip.reason())));
        return form.build();
    }

    private static ScheduleProgress progress(ScheduleProgressForm form) {
        return new ScheduleProgress(
                form.getPaused(),
                ModelWire.instant(form.getDecidedTo()),
                form.getFired(),
                form.getTriggered(),
                form.getSkipped(),
                optional(form.hasLastFire(), form.getLastFire(), ScheduleWire::fire),
                optional(form.hasLastJob(), form.getLastJob(), ModelWire::jobId),
                optional(form.hasLastSkip(), form.getLastSkip(), ScheduleWire::skip));
    }

    private static ScheduleProgress.Fire fire(FireForm form) {
        return new ScheduleProgress.Fire(
                ModelWire.instant(form.getScheduledFor()),
                ModelWire.instant(form.getAt()),
                ModelWire.jobId(form.getJob()));
    }

    private static ScheduleProgress.Skip skip(SkipForm form) {
        return new ScheduleProgress.Skip(ModelWire.instant(form.getThrough()), form.getReason());
    }
}
