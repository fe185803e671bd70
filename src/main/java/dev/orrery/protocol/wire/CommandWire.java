package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;

import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerCommandReply;
import dev.orrery.protocol.wire.proto.AssignForm;
import dev.orrery.protocol.wire.proto.AssignmentForm;
import dev.orrery.protocol.wire.proto.DeclinedForm;
import dev.orrery.protocol.wire.proto.Envelope;
import dev.orrery.protocol.wire.proto.RecallForm;
import dev.orrery.protocol.wire.proto.StopForm;
import dev.orrery.protocol.wire.proto.TakenForm;

/** The wire form of what a leader commands a worker, and of its answers. */
final class CommandWire {

    private CommandWire() {}

    static void put(WorkerCommand command, Envelope.Builder envelope) {
        switch (command) {
            case WorkerCommand.Assign assign -> envelope.setAssign(form(assign));
            case WorkerCommand.Stop stop ->
                    envelope.setStop(
                            StopForm.newBuilder()
                                    .setEpoch(stop.epoch())
                                    .setIncarnation(stop.incarnation())
                                    .addAllAttempts(each(stop.attempts(), ModelWire::form))
                                    .setReason(ResultWire.form(stop.reason())));
            case WorkerCommand.Recall recall ->
                    envelope.setRecall(
                            RecallForm.newBuilder()
                                    .setEpoch(recall.epoch())
                                    .setIncarnation(recall.incarnation())
                                    .addAllAttempts(each(recall.attempts(), ModelWire::form)));
        }
    }

    static void put(WorkerCommandReply reply, Envelope.Builder envelope) {
        switch (reply) {
            case WorkerCommandReply.Taken taken ->
                    envelope.setTaken(TakenForm.newBuilder().setSeq(taken.seq()));
            case WorkerCommandReply.Declined declined ->
                    envelope.setDeclined(DeclinedForm.newBuilder().setCause(declined.cause()));
        }
    }

    private static AssignForm form(WorkerCommand.Assign assign) {
        return AssignForm.newBuilder()
                .setEpoch(assign.epoch())
                .setIncarnation(assign.incarnation())
                .setSession(assign.session())
                .setSeq(assign.seq())
                .addAllAssignments(each(assign.assignments(), CommandWire::form))
                .build();
    }

    static WorkerCommand.Assign assign(AssignForm form) {
        return new WorkerCommand.Assign(
                form.getEpoch(),
                form.getIncarnation(),
                form.getSession(),
                form.getSeq(),
                each(form.getAssignmentsList(), CommandWire::assignment));
    }

    private static AssignmentForm form(WorkerCommand.Assignment assignment) {
        return AssignmentForm.newBuilder()
                .setAttempt(ModelWire.form(assignment.attempt()))
                .setSpec(JobSpecWire.form(assignment.spec()))
                .setNumber(assignment.number())
                .setToken(assignment.token())
                .setDataUri(assignment.dataUri())
                .build();
    }

    private static WorkerCommand.Assignment assignment(AssignmentForm form) {
        return new WorkerCommand.Assignment(
                ModelWire.attempt(form.getAttempt()),
                JobSpecWire.spec(form.getSpec()),
                form.getNumber(),
                form.getToken(),
                form.getDataUri());
    }

    static WorkerCommand.Stop stop(StopForm form) {
        return new WorkerCommand.Stop(
                form.getEpoch(),
                form.getIncarnation(),
                each(form.getAttemptsList(), ModelWire::attempt),
                ResultWire.reason(form.getReason()));
    }

    static WorkerCommand.Recall recall(RecallForm form) {
        return new WorkerCommand.Recall(
                form.getEpoch(),
                form.getIncarnation(),
                each(form.getAttemptsList(), ModelWire::attempt));
    }

    static WorkerCommandReply.Taken taken(TakenForm form) {
        return new WorkerCommandReply.Taken(form.getSeq());
    }

    static WorkerCommandReply.Declined declined(DeclinedForm form) {
        return new WorkerCommandReply.Declined(form.getCause());
    }
}
