package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;
import static dev.orrery.protocol.wire.ModelWire.optional;

import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptChange;
import dev.orrery.protocol.Pulse;
import dev.orrery.protocol.TopicMessage.TopicEvent;
import dev.orrery.protocol.wire.proto.AttemptChangeForm;
import dev.orrery.protocol.wire.proto.AttemptsChangedForm;
import dev.orrery.protocol.wire.proto.PulseForm;
import dev.orrery.protocol.wire.proto.PulsesReadForm;

/** The wire form of what only those who look at the cluster as a whole want. */
final class WatchWire {

    private WatchWire() {}

    static PulseForm form(Pulse pulse) {
        return PulseForm.newBuilder()
                .setAt(ModelWire.form(pulse.at()))
                .setSeconds(pulse.seconds())
                .setWaiting(pulse.waiting())
                .setQueued(pulse.queued())
                .setAssigned(pulse.assigned())
                .setRunning(pulse.running())
                .setSubmitted(pulse.submitted())
                .setSucceeded(pulse.succeeded())
                .setFailed(pulse.failed())
                .setOtherwiseEnded(pulse.otherwiseEnded())
                .setLatencyMicros(pulse.latencyMicros())
                .setLatencyHighMicros(pulse.latencyHighMicros())
                .build();
    }

    static Pulse pulse(PulseForm form) {
        return new Pulse(
                ModelWire.instant(form.getAt()),
                form.getSeconds(),
                form.getWaiting(),
                form.getQueued(),
                form.getAssigned(),
                form.getRunning(),
                form.getSubmitted(),
                form.getSucceeded(),
                form.getFailed(),
                form.getOtherwiseEnded(),
                form.getLatencyMicros(),
                form.getLatencyHighMicros());
    }

    static PulsesReadForm form(Pulse.History history) {
        return PulsesReadForm.newBuilder()
                .addAllRecent(each(history.recent(), WatchWire::form))
                .addAllWhole(each(history.whole(), WatchWire::form))
                .build();
    }

    static Pulse.History history(PulsesReadForm form) {
        return new Pulse.History(
                each(form.getRecentList(), WatchWire::pulse),
                each(form.getWholeList(), WatchWire::pulse));
    }

    static AttemptsChangedForm form(TopicEvent.AttemptsChanged changed) {
        AttemptsChangedForm.Builder form =
                AttemptsChangedForm.newBuilder()
                        .addAllChanges(each(changed.changes(), WatchWire::form))
                        .setSkipped(changed.skipped());
        changed.namespace().map(Namespace::name).ifPresent(form::setNamespace);
        return form.build();
    }

    static TopicEvent.AttemptsChanged attempts(AttemptsChangedForm form) {
        return new TopicEvent.AttemptsChanged(
                optional(form.hasNamespace(), form.getNamespace(), Namespace::new),
                each(form.getChangesList(), WatchWire::change),
                form.getSkipped());
    }

    private static AttemptChangeForm form(AttemptChange change) {
        AttemptChangeForm.Builder form =
                AttemptChangeForm.newBuilder()
                        .setAttempt(ModelWire.form(change.attempt()))
                        .setNamespace(change.namespace().name())
                        .setNumber(change.number())
                        .setName(change.name())
                        .setWorker(change.worker().name())
                        .setStatus(ModelWire.form(change.status()))
                        .setReason(change.reason());
        change.startedAt().map(ModelWire::form).ifPresent(form::setStartedAt);
        change.endedAt().map(ModelWire::form).ifPresent(form::setEndedAt);
        return form.build();
    }

    private static AttemptChange change(AttemptChangeForm form) {
        return new AttemptChange(
                ModelWire.attempt(form.getAttempt()),
                new Namespace(form.getNamespace()),
                form.getNumber(),
                form.getName(),
                new WorkerId(form.getWorker()),
                ModelWire.status(form.getStatus()),
                form.getReason(),
                optional(form.hasStartedAt(), form.getStartedAt(), ModelWire::instant),
                optional(form.hasEndedAt(), form.getEndedAt(), ModelWire::instant));
    }
}
