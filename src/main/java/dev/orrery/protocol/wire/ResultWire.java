package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;
import static dev.orrery.protocol.wire.ModelWire.optional;

import dev.orrery.model.Outcome;
import dev.orrery.model.Usage;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.wire.proto.AttemptResultForm;
import dev.orrery.protocol.wire.proto.OutcomeForm;
import dev.orrery.protocol.wire.proto.OutputsRefusedForm;
import dev.orrery.protocol.wire.proto.StopReasonForm;
import dev.orrery.protocol.wire.proto.TimedOutForm;
import dev.orrery.protocol.wire.proto.UsageForm;

import java.util.List;

/** The wire form of how an attempt ended. */
final class ResultWire {

    private ResultWire() {}

    static AttemptResultForm form(AttemptResult result) {
        AttemptResultForm.Builder form =
                AttemptResultForm.newBuilder()
                        .setOutcome(form(result.outcome()))
                        .setUsage(form(result.usage()))
                        .setEndedAt(ModelWire.form(result.endedAt()))
                        .setStdout(ContentWire.form(result.stdout()))
                        .setStderr(ContentWire.form(result.stderr()))
                        .addAllOutputs(each(result.outputs(), ContentWire::form));
        result.startedAt().map(ModelWire::form).ifPresent(form::setStartedAt);
        return form.build();
    }

    static AttemptResult result(AttemptResultForm form) {
        return new AttemptResult(
                outcome(form.getOutcome()),
                usage(form.getUsage()),
                optional(form.hasStartedAt(), form.getStartedAt(), ModelWire::instant),
                ModelWire.instant(form.getEndedAt()),
                ContentWire.log(form.getStdout()),
                ContentWire.log(form.getStderr()),
                each(form.getOutputsList(), ContentWire::file));
    }

    private static OutcomeForm form(Outcome outcome) {
        OutcomeForm.Builder form = OutcomeForm.newBuilder();
        switch (outcome) {
            case Outcome.Exited(int code) -> form.setExited(code);
            case Outcome.Signalled(int signal) -> form.setSignalled(signal);
            case Outcome.TimedOut() -> form.setTimedOut(TimedOutForm.getDefaultInstance());
            case Outcome.Stopped(Outcome.StopReason reason) -> form.setStopped(form(reason));
            case Outcome.NotStartable(String cause) -> form.setNotStartable(cause);
            case Outcome.OutputsRefused(List<String> causes) ->
                    form.setOutputsRefused(OutputsRefusedForm.newBuilder().addAllCauses(causes));
            case Outcome.WorkerFault(String cause) -> form.setWorkerFault(cause);
            case Outcome.Lost(String cause) -> form.setLost(cause);
        }
        return form.build();
    }

    private static Outcome outcome(OutcomeForm form) {
        return switch (form.getOutcomeCase()) {
            case EXITED -> new Outcome.Exited(form.getExited());
            case SIGNALLED -> new Outcome.Signalled(form.getSignalled());
            case TIMED_OUT -> new Outcome.TimedOut();
            case STOPPED -> new Outcome.Stopped(reason(form.getStopped()));
            case NOT_STARTABLE -> new Outcome.NotStartable(form.getNotStartable());
            case OUTPUTS_REFUSED ->
                    new Outcome.OutputsRefused(form.getOutputsRefused().getCausesList());
            case WORKER_FAULT -> new Outcome.WorkerFault(form.getWorkerFault());
            case LOST -> new Outcome.Lost(form.getLost());
            case OUTCOME_NOT_SET -> throw WireException.unknown("outcome");
        };
    }

    static StopReasonForm form(Outcome.StopReason reason) {
        return switch (reason) {
            case CANCELLED -> StopReasonForm.STOP_REASON_CANCELLED;
            case LEASE_LOST -> StopReasonForm.STOP_REASON_LEASE_LOST;
            case WORKER_STOPPED -> StopReasonForm.STOP_REASON_WORKER_STOPPED;
            case STALE -> StopReasonForm.STOP_REASON_STALE;
        };
    }

    static Outcome.StopReason reason(StopReasonForm form) {
        return switch (form) {
            case STOP_REASON_CANCELLED -> Outcome.StopReason.CANCELLED;
            case STOP_REASON_LEASE_LOST -> Outcome.StopReason.LEASE_LOST;
            case STOP_REASON_WORKER_STOPPED -> Outcome.StopReason.WORKER_STOPPED;
            case STOP_REASON_STALE -> Outcome.StopReason.STALE;
            case STOP_REASON_UNSPECIFIED, UNRECOGNIZED ->
                    throw WireException.unknown("reason of a stop");
        };
    }

    private static UsageForm form(Usage usage) {
        return UsageForm.newBuilder()
                .setWall(ModelWire.form(usage.wall()))
                .setUserCpu(ModelWire.form(usage.userCpu()))
                .setSystemCpu(ModelWire.form(usage.systemCpu()))
                .setMemoryPeakBytes(usage.memoryPeakBytes())
                .build();
    }

    private static Usage usage(UsageForm form) {
        return new Usage(
                ModelWire.duration(form.getWall()),
                ModelWire.duration(form.getUserCpu()),
                ModelWire.duration(form.getSystemCpu()),
                form.getMemoryPeakBytes());
    }
}
