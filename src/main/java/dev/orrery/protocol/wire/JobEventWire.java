package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.optional;

import dev.orrery.model.WorkerId;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.wire.proto.AgainForm;
import dev.orrery.protocol.wire.proto.AssignedForm;
import dev.orrery.protocol.wire.proto.AttemptEndedForm;
import dev.orrery.protocol.wire.proto.CancelRequestedForm;
import dev.orrery.protocol.wire.proto.EndedForm;
import dev.orrery.protocol.wire.proto.IdempotencyKeyForm;
import dev.orrery.protocol.wire.proto.JobEventForm;
import dev.orrery.protocol.wire.proto.OverForm;
import dev.orrery.protocol.wire.proto.ReleasedForm;
import dev.orrery.protocol.wire.proto.RetriedForm;
import dev.orrery.protocol.wire.proto.StartedForm;
import dev.orrery.protocol.wire.proto.SubmittedForm;
import dev.orrery.protocol.wire.proto.UnassignedForm;

/** The wire form of the durable events of a job. */
final class JobEventWire {

    private JobEventWire() {}

    static JobEventForm form(JobEvent event) {
        JobEventForm.Builder form =
                JobEventForm.newBuilder()
                        .setJob(ModelWire.form(event.job()))
                        .setSeq(event.seq())
                        .setAt(ModelWire.form(event.at()))
                        .setStatus(ModelWire.form(event.status()));
        switch (event.change()) {
            case JobEvent.Submitted submitted -> form.setSubmitted(form(submitted));
            case JobEvent.Released released -> form.setReleased(form(released));
            case JobEvent.Assigned assigned -> form.setAssigned(form(assigned));
            case JobEvent.Unassigned unassigned -> form.setUnassigned(form(unassigned));
            case JobEvent.Started started -> form.setStarted(form(started));
            case JobEvent.CancelRequested requested -> form.setCancelRequested(form(requested));
            case JobEvent.AttemptEnded ended -> form.setAttemptEnded(form(ended));
            case JobEvent.Ended ended -> form.setEnded(form(ended));
            case JobEvent.Retried retried -> form.setRetried(form(retried));
        }
        return form.build();
    }

    static JobEvent event(JobEventForm form) {
        return new JobEvent(
                ModelWire.jobId(form.getJob()),
                form.getSeq(),
                ModelWire.instant(form.getAt()),
                ModelWire.status(form.getStatus()),
                change(form));
    }

    private static JobEvent.Change change(JobEventForm form) {
        return switch (form.getChangeCase()) {
            case SUBMITTED -> submitted(form.getSubmitted());
            case RELEASED -> new JobEvent.Released(ModelWire.tasks(form.getReleased().getTasks()));
            case ASSIGNED -> assigned(form.getAssigned());
            case UNASSIGNED -> unassigned(form.getUnassigned());
            case STARTED -> started(form.getStarted());
            case CANCEL_REQUESTED -> cancelRequested(form.getCancelRequested());
            case ATTEMPT_ENDED -> attemptEnded(form.getAttemptEnded());
            case ENDED -> ended(form.getEnded());
            case RETRIED -> retried(form.getRetried());
            case CHANGE_NOT_SET -> throw WireException.unknown("change of a job");
        };
    }

    private static SubmittedForm form(JobEvent.Submitted submitted) {
        SubmittedForm.Builder form =
                SubmittedForm.newBuilder()
                        .setSpec(JobSpecWire.form(submitted.spec()))
                        .setNumber(submitted.number());
        submitted.idempotencyKey().map(JobEventWire::form).ifPresent(form::setIdempotencyKey);
        return form.build();
    }

    private static JobEvent.Submitted submitted(SubmittedForm form) {
        return new JobEvent.Submitted(
                JobSpecWire.spec(form.getSpec()),
                form.getNumber(),
                optional(
                        form.hasIdempotencyKey(),
                        form.getIdempotencyKey(),
                        JobEventWire::idempotencyKey));
    }

    static IdempotencyKeyForm form(IdempotencyKey key) {
        return IdempotencyKeyForm.newBuilder()
                .setKey(key.key())
                .setBodyHash(key.bodyHash())
                .build();
    }

    static IdempotencyKey idempotencyKey(IdempotencyKeyForm form) {
        return new IdempotencyKey(form.getKey(), form.getBodyHash());
    }

    private static ReleasedForm form(JobEvent.Released released) {
        return ReleasedForm.newBuilder().setTasks(ModelWire.form(released.tasks())).build();
    }

    private static AssignedForm form(JobEvent.Assigned assigned) {
        return AssignedForm.newBuilder()
                .setTasks(ModelWire.form(assigned.tasks()))
                .setAttempt(assigned.attempt())
                .setWorker(assigned.worker().name())
                .setIncarnation(assigned.incarnation())
                .build();
    }

    private static JobEvent.Assigned assigned(AssignedForm form) {
        return new JobEvent.Assigned(
                ModelWire.tasks(form.getTasks()),
                form.getAttempt(),
                new WorkerId(form.getWorker()),
                form.getIncarnation());
    }

    private static UnassignedForm form(JobEvent.Unassigned unassigned) {
        return UnassignedForm.newBuilder()
                .setTasks(ModelWire.form(unassigned.tasks()))
                .setAttempt(unassigned.attempt())
                .setCause(unassigned.cause())
                .build();
    }

    private static JobEvent.Unassigned unassigned(UnassignedForm form) {
        return new JobEvent.Unassigned(
                ModelWire.tasks(form.getTasks()), form.getAttempt(), form.getCause());
    }

    private static StartedForm form(JobEvent.Started started) {
        return StartedForm.newBuilder()
                .setTasks(ModelWire.form(started.tasks()))
                .setAttempt(started.attempt())
                .setStartedAt(ModelWire.form(started.startedAt()))
                .build();
    }

    private static JobEvent.Started started(StartedForm form) {
        return new JobEvent.Started(
                ModelWire.tasks(form.getTasks()),
                form.getAttempt(),
                ModelWire.instant(form.getStartedAt()));
    }

    private static CancelRequestedForm form(JobEvent.CancelRequested requested) {
        return CancelRequestedForm.newBuilder()
                .setTasks(ModelWire.form(requested.tasks()))
                .setBy(requested.by())
                .build();
    }

    private static JobEvent.CancelRequested cancelRequested(CancelRequestedForm form) {
        return new JobEvent.CancelRequested(ModelWire.tasks(form.getTasks()), form.getBy());
    }

    private static AttemptEndedForm form(JobEvent.AttemptEnded ended) {
        AttemptEndedForm.Builder form =
                AttemptEndedForm.newBuilder()
                        .setTasks(ModelWire.form(ended.tasks()))
                        .setAttempt(ended.attempt())
                        .setWorker(ended.worker().name())
                        .setResult(ResultWire.form(ended.result()));
        switch (ended.next()) {
            case JobEvent.Next.Over over ->
                    form.setOver(
                            OverForm.newBuilder()
                                    .setStatus(ModelWire.form(over.taskStatus()))
                                    .setReason(over.reason()));
            case JobEvent.Next.Again again ->
                    form.setAgain(
                            AgainForm.newBuilder()
                                    .setNotBefore(ModelWire.form(again.notBefore()))
                                    .setFailures(again.failures())
                                    .setLosses(again.losses()));
        }
        return form.build();
    }

    private static JobEvent.AttemptEnded attemptEnded(AttemptEndedForm form) {
        return new JobEvent.AttemptEnded(
                ModelWire.tasks(form.getTasks()),
                form.getAttempt(),
                new WorkerId(form.getWorker()),
                ResultWire.result(form.getResult()),
                next(form));
    }

    private static JobEvent.Next next(AttemptEndedForm form) {
        return switch (form.getNextCase()) {
            case OVER ->
                    new JobEvent.Next.Over(
                            ModelWire.status(form.getOver().getStatus()),
                            form.getOver().getReason());
            case AGAIN ->
                    new JobEvent.Next.Again(
                            ModelWire.instant(form.getAgain().getNotBefore()),
                            form.getAgain().getFailures(),
                            form.getAgain().getLosses());
            case NEXT_NOT_SET -> throw WireException.unknown("consequence of an end");
        };
    }

    private static EndedForm form(JobEvent.Ended ended) {
        return EndedForm.newBuilder()
                .setTasks(ModelWire.form(ended.tasks()))
                .setStatus(ModelWire.form(ended.taskStatus()))
                .setReason(ended.reason())
                .build();
    }

    private static JobEvent.Ended ended(EndedForm form) {
        return new JobEvent.Ended(
                ModelWire.tasks(form.getTasks()),
                ModelWire.status(form.getStatus()),
                form.getReason());
    }

    private static RetriedForm form(JobEvent.Retried retried) {
        return RetriedForm.newBuilder()
                .setTasks(ModelWire.form(retried.tasks()))
                .setSpec(JobSpecWire.form(retried.spec()))
                .setNumber(retried.number())
                .setRound(retried.round())
                .setAttempts(retried.attempts())
                .setBy(retried.by())
                .build();
    }

    private static JobEvent.Retried retried(RetriedForm form) {
        return new JobEvent.Retried(
                ModelWire.tasks(form.getTasks()),
                JobSpecWire.spec(form.getSpec()),
                form.getNumber(),
                form.getRound(),
                form.getAttempts(),
                form.getBy());
    }
}
