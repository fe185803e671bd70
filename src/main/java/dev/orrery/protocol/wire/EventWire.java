package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;

import dev.orrery.model.JobId;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.wire.proto.JobsPurgedForm;
import dev.orrery.protocol.wire.proto.StoredEvent;
import dev.orrery.protocol.wire.proto.WorkerDrainSetForm;

import java.util.List;

/** The bytes that the store keeps of a durable event. Pure, and safe for any thread. */
public final class EventWire {
    private static final int VERSION = 1;

    private EventWire() {}

    /** The bytes of an event; the same event gives the same bytes. */
    public static byte[] encode(DurableEvent event) {
        StoredEvent.Builder stored = StoredEvent.newBuilder().setVersion(VERSION);
        switch (event) {
            case JobEvent jobEvent -> stored.setJobEvent(JobEventWire.form(jobEvent));
            case DurableEvent.WorkerDrainSet(WorkerId worker, boolean draining) ->
                    stored.setWorkerDrainSet(
                            WorkerDrainSetForm.newBuilder()
                                    .setWorker(worker.name())
                                    .setDraining(draining));
            case DurableEvent.JobsPurged(List<JobId> jobs) ->
                    stored.setJobsPurged(
                            JobsPurgedForm.newBuilder().addAllJobs(each(jobs, ModelWire::form)));
            case DurableEvent.ScheduleChanged changed ->
                    stored.setScheduleChanged(ScheduleWire.form(changed));
        }
        return stored.build().toByteArray();
    }

    /**
     * The event of these bytes. Fields that a later version added are ignored.
     *
     * @throws WireException (unchecked) when the bytes are damaged, or hold an event that this
     *     version does not know
     */
    public static DurableEvent decode(byte[] bytes) {
        return Frames.decode(bytes, StoredEvent.parser(), EventWire::event);
    }

    private static DurableEvent event(StoredEvent stored) {
        Frames.checkVersion(stored.getVersion(), VERSION);
        return switch (stored.getEventCase()) {
            case JOB_EVENT -> JobEventWire.event(stored.getJobEvent());
            case WORKER_DRAIN_SET ->
                    new DurableEvent.WorkerDrainSet(
                            new WorkerId(stored.getWorkerDrainSet().getWorker()),
                            stored.getWorkerDrainSet().getDraining());
            case JOBS_PURGED ->
                    new DurableEvent.JobsPurged(
                            each(stored.getJobsPurged().getJobsList(), ModelWire::jobId));
            case SCHEDULE_CHANGED -> ScheduleWire.changed(stored.getScheduleChanged());
            case EVENT_NOT_SET -> throw WireException.unknown("durable event");
        };
    }
}
