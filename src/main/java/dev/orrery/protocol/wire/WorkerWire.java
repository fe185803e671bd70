package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;

import dev.orrery.model.AttemptId;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.protocol.WorkerReply;
import dev.orrery.protocol.wire.proto.AcknowledgedForm;
import dev.orrery.protocol.wire.proto.Envelope;
import dev.orrery.protocol.wire.proto.GoodbyeForm;
import dev.orrery.protocol.wire.proto.HeartbeatForm;
import dev.orrery.protocol.wire.proto.HelloForm;
import dev.orrery.protocol.wire.proto.ProgressForm;
import dev.orrery.protocol.wire.proto.RenewedForm;
import dev.orrery.protocol.wire.proto.ReportForm;
import dev.orrery.protocol.wire.proto.ReportsForm;
import dev.orrery.protocol.wire.proto.SayHelloForm;
import dev.orrery.protocol.wire.proto.SupersededForm;
import dev.orrery.protocol.wire.proto.WelcomeForm;

/** The wire form of what a worker tells the leader's scheduler, and of its answers. */
final class WorkerWire {

    private WorkerWire() {}

    static void put(WorkerMessage message, Envelope.Builder envelope) {
        switch (message) {
            case WorkerMessage.Hello hello -> envelope.setHello(form(hello));
            case WorkerMessage.Heartbeat heartbeat -> envelope.setHeartbeat(form(heartbeat));
            case WorkerMessage.Reports reports -> envelope.setReports(form(reports));
            case WorkerMessage.Goodbye goodbye ->
                    envelope.setGoodbye(
                            GoodbyeForm.newBuilder()
                                    .setWorker(goodbye.worker().name())
                                    .setIncarnation(goodbye.incarnation()));
        }
    }

    static void put(WorkerReply reply, Envelope.Builder envelope) {
        switch (reply) {
            case WorkerReply.Welcome welcome ->
                    envelope.setWelcome(
                            WelcomeForm.newBuilder()
                                    .setEpoch(welcome.epoch())
                                    .addAllStop(each(welcome.stop(), ModelWire::form)));
            case WorkerReply.Renewed renewed ->
                    envelope.setRenewed(
                            RenewedForm.newBuilder()
                                    .setEpoch(renewed.epoch())
                                    .addAllStop(each(renewed.stop(), ModelWire::form)));
            case WorkerReply.SayHello sayHello ->
                    envelope.setSayHello(SayHelloForm.newBuilder().setEpoch(sayHello.epoch()));
            case WorkerReply.Acknowledged acknowledged ->
                    envelope.setAcknowledged(
                            AcknowledgedForm.newBuilder()
                                    .setEpoch(acknowledged.epoch())
                                    .setSeq(acknowledged.seq()));
            case WorkerReply.Superseded superseded ->
                    envelope.setSuperseded(
                            SupersededForm.newBuilder().setEpoch(superseded.epoch()));
        }
    }

    private static HelloForm form(WorkerMessage.Hello hello) {
        return HelloForm.newBuilder()
                .setWorker(hello.worker().name())
                .setIncarnation(hello.incarnation())
                .setSession(hello.session())
                .setEpoch(hello.epoch())
                .setOffer(ClusterViewWire.form(hello.offer()))
                .addAllLive(each(hello.live(), ModelWire::form))
                .setNote(hello.note())
                .build();
    }

    static WorkerMessage.Hello hello(HelloForm form) {
        return new WorkerMessage.Hello(
                new WorkerId(form.getWorker()),
                form.getIncarnation(),
                form.getSession(),
                form.hasEpoch() ? form.getEpoch() : WorkerMessage.Hello.EPOCH_NOT_TOLD,
                ClusterViewWire.offer(form.getOffer()),
                each(form.getLiveList(), ModelWire::attempt),
                form.getNote());
    }

    private static HeartbeatForm form(WorkerMessage.Heartbeat heartbeat) {
        return HeartbeatForm.newBuilder()
                .setWorker(heartbeat.worker().name())
                .setIncarnation(heartbeat.incarnation())
                .setSession(heartbeat.session())
                .setEpoch(heartbeat.epoch())
                .addAllLive(each(heartbeat.live(), ModelWire::form))
                .setDraining(heartbeat.draining())
                .build();
    }

    static WorkerMessage.Heartbeat heartbeat(HeartbeatForm form) {
        return new WorkerMessage.Heartbeat(
                new WorkerId(form.getWorker()),
                form.getIncarnation(),
                form.getSession(),
                form.getEpoch(),
                each(form.getLiveList(), ModelWire::attempt),
                form.getDraining());
    }

    private static ReportsForm form(WorkerMessage.Reports reports) {
        return ReportsForm.newBuilder()
                .setWorker(reports.worker().name())
                .setIncarnation(reports.incarnation())
                .setSeq(reports.seq())
                .addAllReports(each(reports.reports(), WorkerWire::form))
                .build();
    }

    static WorkerMessage.Reports reports(ReportsForm form) {
        return new WorkerMessage.Reports(
                new WorkerId(form.getWorker()),
                form.getIncarnation(),
                form.getSeq(),
                each(form.getReportsList(), WorkerWire::report));
    }

    private static ReportForm form(Report report) {
        ReportForm.Builder form =
                ReportForm.newBuilder().setAttempt(ModelWire.form(report.attempt()));
        switch (report) {
            case Report.Started started -> form.setStarted(ModelWire.form(started.at()));
            case Report.Ended ended -> form.setEnded(ResultWire.form(ended.result()));
            case Report.NotStarted notStarted -> form.setNotStarted(notStarted.cause());
            case Report.Progress progress ->
                    form.setProgress(
                            ProgressForm.newBuilder()
                                    .setFraction(progress.fraction())
                                    .setText(progress.text()));
        }
        return form.build();
    }

    private static Report report(ReportForm form) {
        AttemptId attempt = ModelWire.attempt(form.getAttempt());
        return switch (form.getReportCase()) {
            case STARTED -> new Report.Started(attempt, ModelWire.instant(form.getStarted()));
            case ENDED -> new Report.Ended(attempt, ResultWire.result(form.getEnded()));
            case NOT_STARTED -> new Report.NotStarted(attempt, form.getNotStarted());
            case PROGRESS ->
                    new Report.Progress(
                            attempt,
                            form.getProgress().getFraction(),
                            form.getProgress().getText());
            case REPORT_NOT_SET -> throw WireException.unknown("report");
        };
    }

    static WorkerMessage.Goodbye goodbye(GoodbyeForm form) {
        return new WorkerMessage.Goodbye(new WorkerId(form.getWorker()), form.getIncarnation());
    }

    static WorkerReply.Welcome welcome(WelcomeForm form) {
        return new WorkerReply.Welcome(
                form.getEpoch(), each(form.getStopList(), ModelWire::attempt));
    }

    static WorkerReply.Renewed renewed(RenewedForm form) {
        return new WorkerReply.Renewed(
                form.getEpoch(), each(form.getStopList(), ModelWire::attempt));
    }

    static WorkerReply.SayHello sayHello(SayHelloForm form) {
        return new WorkerReply.SayHello(form.getEpoch());
    }

    static WorkerReply.Acknowledged acknowledged(AcknowledgedForm form) {
        return new WorkerReply.Acknowledged(form.getEpoch(), form.getSeq());
    }

    static WorkerReply.Superseded superseded(SupersededForm form) {
        return new WorkerReply.Superseded(form.getEpoch());
    }
}
