package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;
import static dev.orrery.protocol.wire.ModelWire.optional;

import dev.orrery.model.Namespace;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.Principal;
import dev.orrery.protocol.Pulse;
import dev.orrery.protocol.TopicMessage;
import dev.orrery.protocol.wire.proto.AuthenticateForm;
import dev.orrery.protocol.wire.proto.AuthenticatedForm;
import dev.orrery.protocol.wire.proto.Envelope;
import dev.orrery.protocol.wire.proto.EventsForm;
import dev.orrery.protocol.wire.proto.EventsReadForm;
import dev.orrery.protocol.wire.proto.FailedForm;
import dev.orrery.protocol.wire.proto.LeaderNoticeForm;
import dev.orrery.protocol.wire.proto.LocateForm;
import dev.orrery.protocol.wire.proto.LocatedForm;
import dev.orrery.protocol.wire.proto.PrincipalForm;
import dev.orrery.protocol.wire.proto.ReadEventsForm;
import dev.orrery.protocol.wire.proto.ReadPulsesForm;
import dev.orrery.protocol.wire.proto.RoleForm;
import dev.orrery.protocol.wire.proto.SubscribeForm;
import dev.orrery.protocol.wire.proto.SubscribedForm;

/** The wire form of what proxies and masters say to each other. */
final class TopicWire {

    private TopicWire() {}

    static void put(TopicMessage message, Envelope.Builder envelope) {
        switch (message) {
            case TopicMessage.Subscribe subscribe ->
                    envelope.setSubscribe(
                            SubscribeForm.newBuilder()
                                    .setProxyAddress(subscribe.proxyAddress())
                                    .addAllTopics(each(subscribe.topics(), TopicEventWire::form)));
            case TopicMessage.Subscribed subscribed ->
                    envelope.setSubscribed(
                            SubscribedForm.newBuilder()
                                    .setEpoch(subscribed.epoch())
                                    .addAllHeads(each(subscribed.heads(), TopicEventWire::form)));
            case TopicMessage.Events events ->
                    envelope.setEvents(
                            EventsForm.newBuilder()
                                    .setEpoch(events.epoch())
                                    .addAllEvents(each(events.events(), TopicEventWire::form)));
            case TopicMessage.ReadEvents read ->
                    envelope.setReadEvents(
                            ReadEventsForm.newBuilder()
                                    .setJob(ModelWire.form(read.job()))
                                    .setAfter(read.after())
                                    .setLimit(read.limit()));
            case TopicMessage.EventsRead read ->
                    envelope.setEventsRead(
                            EventsReadForm.newBuilder()
                                    .setJob(ModelWire.form(read.job()))
                                    .setFirstKept(read.firstKept())
                                    .addAllEvents(each(read.events(), JobEventWire::form)));
            case TopicMessage.ReadPulses _ ->
                    envelope.setReadPulses(ReadPulsesForm.getDefaultInstance());
            case TopicMessage.PulsesRead(Pulse.History history) ->
                    envelope.setPulsesRead(WatchWire.form(history));
            case TopicMessage.Authenticate authenticate ->
                    envelope.setAuthenticate(
                            AuthenticateForm.newBuilder().setTokenHash(authenticate.tokenHash()));
            case TopicMessage.Authenticated authenticated ->
                    envelope.setAuthenticated(form(authenticated));
            case TopicMessage.Locate locate ->
                    envelope.setLocate(
                            LocateForm.newBuilder().setJob(ModelWire.form(locate.job())));
            case TopicMessage.Located located -> envelope.setLocated(form(located));
            case TopicMessage.LogGrew(TopicMessage.LogSize size) ->
                    envelope.setLogGrew(TopicEventWire.form(size));
            case TopicMessage.Failed failed ->
                    envelope.setFailed(
                            FailedForm.newBuilder().setProblem(ModelWire.form(failed.problem())));
        }
    }

    static void put(Message.LeaderNotice notice, Envelope.Builder envelope) {
        envelope.setLeaderNotice(
                LeaderNoticeForm.newBuilder()
                        .setEpoch(notice.epoch())
                        .setNode(notice.node())
                        .addAllDataUris(notice.dataUris())
                        .addAllMasters(notice.masters()));
    }

    static Message.LeaderNotice leaderNotice(LeaderNoticeForm form) {
        return new Message.LeaderNotice(
                form.getEpoch(), form.getNode(), form.getDataUrisList(), form.getMastersList());
    }

    static TopicMessage.Subscribe subscribe(SubscribeForm form) {
        return new TopicMessage.Subscribe(
                form.getProxyAddress(), each(form.getTopicsList(), TopicEventWire::topic));
    }

    static TopicMessage.Subscribed subscribed(SubscribedForm form) {
        return new TopicMessage.Subscribed(
                form.getEpoch(), each(form.getHeadsList(), TopicEventWire::head));
    }

    static TopicMessage.Events events(EventsForm form) {
        return new TopicMessage.Events(
                form.getEpoch(), each(form.getEventsList(), TopicEventWire::event));
    }

    static TopicMessage.ReadEvents readEvents(ReadEventsForm form) {
        return new TopicMessage.ReadEvents(
                ModelWire.jobId(form.getJob()), form.getAfter(), form.getLimit());
    }

    static TopicMessage.EventsRead eventsRead(EventsReadForm form) {
        return new TopicMessage.EventsRead(
                ModelWire.jobId(form.getJob()),
                form.getFirstKept(),
                each(form.getEventsList(), JobEventWire::event));
    }

    static TopicMessage.Authenticate authenticate(AuthenticateForm form) {
        return new TopicMessage.Authenticate(form.getTokenHash());
    }

    private static AuthenticatedForm form(TopicMessage.Authenticated authenticated) {
        AuthenticatedForm.Builder form = AuthenticatedForm.newBuilder();
        authenticated.principal().map(TopicWire::form).ifPresent(form::setPrincipal);
        return form.build();
    }

    static TopicMessage.Authenticated authenticated(AuthenticatedForm form) {
        return new TopicMessage.Authenticated(
                optional(form.hasPrincipal(), form.getPrincipal(), TopicWire::principal));
    }

    private static PrincipalForm form(Principal principal) {
        PrincipalForm.Builder form =
                PrincipalForm.newBuilder()
                        .setName(principal.name())
                        .setRole(form(principal.role()));
        principal.namespace().map(Namespace::name).ifPresent(form::setNamespace);
        return form.build();
    }

    private static Principal principal(PrincipalForm form) {
        return new Principal(
                form.getName(),
                role(form.getRole()),
                optional(form.hasNamespace(), form.getNamespace(), Namespace::new));
    }

    private static RoleForm form(Principal.Role role) {
        return switch (role) {
            case VIEWER -> RoleForm.ROLE_VIEWER;
            case SUBMITTER -> RoleForm.ROLE_SUBMITTER;
            case ADMIN -> RoleForm.ROLE_ADMIN;
        };
    }

    private static Principal.Role role(RoleForm form) {
        return switch (form) {
            case ROLE_VIEWER -> Principal.Role.VIEWER;
            case ROLE_SUBMITTER -> Principal.Role.SUBMITTER;
            case ROLE_ADMIN -> Principal.Role.ADMIN;
            case ROLE_UNSPECIFIED, UNRECOGNIZED -> throw WireException.unknown("role");
        };
    }

    static TopicMessage.Locate locate(LocateForm form) {
        return new TopicMessage.Locate(ModelWire.jobId(form.getJob()));
    }

    private static LocatedForm form(TopicMessage.Located located) {
        LocatedForm.Builder form = LocatedForm.newBuilder().setDataUri(located.dataUri());
        located.namespace().map(Namespace::name).ifPresent(form::setNamespace);
        return form.build();
    }

    static TopicMessage.Located located(LocatedForm form) {
        return new TopicMessage.Located(
                optional(form.hasNamespace(), form.getNamespace(), Namespace::new),
                form.getDataUri());
    }

    static TopicMessage.Failed failed(FailedForm form) {
        return new TopicMessage.Failed(ModelWire.problem(form.getProblem()));
    }
}
