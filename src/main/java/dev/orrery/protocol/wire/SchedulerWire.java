package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;
import static dev.orrery.protocol.wire.ModelWire.optional;

import dev.orrery.model.WorkerId;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.wire.proto.AcceptedForm;
import dev.orrery.protocol.wire.proto.CancelForm;
import dev.orrery.protocol.wire.proto.ClusterForm;
import dev.orrery.protocol.wire.proto.DescribeClusterForm;
import dev.orrery.protocol.wire.proto.DoneForm;
import dev.orrery.protocol.wire.proto.Envelope;
import dev.orrery.protocol.wire.proto.ExplainForm;
import dev.orrery.protocol.wire.proto.ExplainedForm;
import dev.orrery.protocol.wire.proto.PurgeForm;
import dev.orrery.protocol.wire.proto.RefusedForm;
import dev.orrery.protocol.wire.proto.RetryForm;
import dev.orrery.protocol.wire.proto.SetDrainForm;
import dev.orrery.protocol.wire.proto.SubmitForm;
import dev.orrery.protocol.wire.proto.SubmitManyForm;
import dev.orrery.protocol.wire.proto.VerdictForm;
import dev.orrery.protocol.wire.proto.VerdictsForm;

/** The wire form of what the API and the leader's scheduler say to each other. */
final class SchedulerWire {

    private SchedulerWire() {}

    static void put(SchedulerRequest request, Envelope.Builder envelope) {
        switch (request) {
            case SchedulerRequest.Submit submit -> envelope.setSubmit(form(submit));
            case SchedulerRequest.SubmitMany many ->
                    envelope.setSubmitMany(
                            SubmitManyForm.newBuilder()
                                    .addAllSubmissions(
                                            each(many.submissions(), SchedulerWire::form)));
            case SchedulerRequest.Cancel cancel ->
                    envelope.setCancel(
                            CancelForm.newBuilder()
                                    .setJob(ModelWire.form(cancel.job()))
                                    .setBy(cancel.by()));
            case SchedulerRequest.Retry retry ->
                    envelope.setRetry(
                            RetryForm.newBuilder()
                                    .setJob(ModelWire.form(retry.job()))
                                    .addAllHistory(each(retry.history(), JobEventWire::form))
                                    .setBy(retry.by()));
            case SchedulerRequest.Explain explain ->
                    envelope.setExplain(
                            ExplainForm.newBuilder().setJob(ModelWire.form(explain.job())));
            case SchedulerRequest.SetDrain drain ->
                    envelope.setSetDrain(
                            SetDrainForm.newBuilder()
                                    .setWorker(drain.worker().name())
                                    .setDraining(drain.draining()));
            case SchedulerRequest.Purge purge ->
                    envelope.setPurge(
                            PurgeForm.newBuilder().addAllJobs(each(purge.jobs(), ModelWire::form)));
            case SchedulerRequest.DescribeCluster() ->
                    envelope.setDescribeCluster(DescribeClusterForm.getDefaultInstance());
            case SchedulerRequest.OfSchedule it -> envelope.setOfSchedule(ScheduleWire.form(it));
        }
    }

    static void put(SchedulerReply reply, Envelope.Builder envelope) {
        switch (reply) {
            case SchedulerReply.Accepted accepted -> envelope.setAccepted(form(accepted));
            case SchedulerReply.Refused refused -> envelope.setRefused(form(refused));
            case SchedulerReply.Verdicts verdicts ->
                    envelope.setVerdicts(
                            VerdictsForm.newBuilder()
                                    .addAllEach(each(verdicts.each(), SchedulerWire::form)));
            case SchedulerReply.Done() -> envelope.setDone(DoneForm.getDefaultInstance());
            case SchedulerReply.Explained explained ->
                    envelope.setExplained(
                            ExplainedForm.newBuilder()
                                    .setJob(ModelWire.form(explained.job()))
                                    .setStatus(ModelWire.form(explained.status()))
                                    .addAllReasons(explained.reasons()));
            case SchedulerReply.Cluster cluster ->
                    envelope.setCluster(
                            ClusterForm.newBuilder().setView(ClusterViewWire.form(cluster.view())));
        }
    }

    private static SubmitForm form(SchedulerRequest.Submit submit) {
        SubmitForm.Builder form =
                SubmitForm.newBuilder()
                        .setJob(ModelWire.form(submit.job()))
                        .setSpec(JobSpecWire.form(submit.spec()));
        submit.idempotencyKey().map(JobEventWire::form).ifPresent(form::setIdempotencyKey);
        return form.build();
    }

    private static VerdictForm form(SchedulerReply.Verdict verdict) {
        VerdictForm.Builder form = VerdictForm.newBuilder();
        switch (verdict) {
            case SchedulerReply.Accepted accepted -> form.setAccepted(form(accepted));
            case SchedulerReply.Refused refused -> form.setRefused(form(refused));
        }
        return form.build();
    }

    private static AcceptedForm form(SchedulerReply.Accepted accepted) {
        return AcceptedForm.newBuilder()
                .setJob(ModelWire.form(accepted.job()))
                .setNumber(accepted.number())
                .setReplayed(accepted.replayed())
                .build();
    }

    private static RefusedForm form(SchedulerReply.Refused refused) {
        return RefusedForm.newBuilder().setProblem(ModelWire.form(refused.problem())).build();
    }

    static SchedulerRequest.SubmitMany submitMany(SubmitManyForm form) {
        return new SchedulerRequest.SubmitMany(
                each(form.getSubmissionsList(), SchedulerWire::submit));
    }

    static SchedulerRequest.Submit submit(SubmitForm form) {
        return new SchedulerRequest.Submit(
                ModelWire.jobId(form.getJob()),
                JobSpecWire.spec(form.getSpec()),
                optional(
                        form.hasIdempotencyKey(),
                        form.getIdempotencyKey(),
                        JobEventWire::idempotencyKey));
    }

    static SchedulerRequest.Cancel cancel(CancelForm form) {
        return new SchedulerRequest.Cancel(ModelWire.jobId(form.getJob()), form.getBy());
    }

    static SchedulerRequest.Retry retry(RetryForm form) {
        return new SchedulerRequest.Retry(
                ModelWire.jobId(form.getJob()),
                each(form.getHistoryList(), JobEventWire::event),
                form.getBy());
    }

    static SchedulerRequest.Explain explain(ExplainForm form) {
        return new SchedulerRequest.Explain(ModelWire.jobId(form.getJob()));
    }

    static SchedulerRequest.SetDrain setDrain(SetDrainForm form) {
        return new SchedulerRequest.SetDrain(new WorkerId(form.getWorker()), form.getDraining());
    }

    static SchedulerRequest.Purge purge(PurgeForm form) {
        return new SchedulerRequest.Purge(each(form.getJobsList(), ModelWire::jobId));
    }

    static SchedulerReply.Accepted accepted(AcceptedForm form) {
        return new SchedulerReply.Accepted(
                ModelWire.jobId(form.getJob()), form.getNumber(), form.getReplayed());
    }

    static SchedulerReply.Refused refused(RefusedForm form) {
        return new SchedulerReply.Refused(ModelWire.problem(form.getProblem()));
    }

    static SchedulerReply.Verdicts verdicts(VerdictsForm form) {
        return new SchedulerReply.Verdicts(each(form.getEachList(), SchedulerWire::verdict));
    }

    private static SchedulerReply.Verdict verdict(VerdictForm form) {
        return switch (form.getVerdictCase()) {
            case ACCEPTED -> accepted(form.getAccepted());
            case REFUSED -> refused(form.getRefused());
            case VERDICT_NOT_SET -> throw WireException.unknown("verdict");
        };
    }

    static SchedulerReply.Explained explained(ExplainedForm form) {
        return new SchedulerReply.Explained(
                ModelWire.jobId(form.getJob()),
                ModelWire.status(form.getStatus()),
                form.getReasonsList());
    }

    static SchedulerReply.Cluster cluster(ClusterForm form) {
        return new SchedulerReply.Cluster(ClusterViewWire.view(form.getView()));
    }
}
