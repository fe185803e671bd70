package dev.orrery.api.enrol;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.enrol.Enroller.Admission;
import dev.orrery.api.enrol.Enroller.Invitation;
import dev.orrery.api.enrol.Enroller.TooManyInvitationsException;
import dev.orrery.api.json.JsonReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Invites nodes of other machines, and lets them in. */
public final class EnrolRoutes implements RouteSet {
    private static final Logger LOG = LoggerFactory.getLogger(EnrolRoutes.class);
    private static final List<String> FIELDS = List.of("secret", "key");
    private static final int BODY_BYTES_MAX = 4096;
    private static final int TEXT_MAX = 1024;

    private final Optional<Enroller> enroller;
    private final Blocking blocking;

    /** Routes of a master; without an enroller, nobody is invited. */
    public EnrolRoutes(Optional<Enroller> enroller, Blocking blocking) {
        this.enroller = enroller;
        this.blocking = blocking;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.POST, "/api/v1/enrolments", Access.ADMIN, this::invite);
        routes.add(HttpMethod.POST, "/internal/v1/enrolments", Access.OWN, this::admit);
    }

    private Future<?> invite(Call call) {
        call.query(List.of());
        if (call.principal().namespace().isPresent()) {
            throw Refusal.of(
                    ProblemCode.FORBIDDEN,
                    "nodes belong to all namespaces, and your token to one",
                    "use an administrator's token without a namespace");
        }
        Enroller inviting = enroller();
        return blocking.call(() -> invitation(inviting))
                .compose(made ->
                        call.json(
                                201,
                                out -> {
                                    out.writeStartObject();
                                    out.writeStringField("join", made.server());
                                    out.writeStringField("enrol", made.token());
                                    out.writeStringField("expires", made.expires().toString());
                                    out.writeEndObject();
                                }));
    }

    private static Invitation invitation(Enroller enroller) {
        try {
            return enroller.invite();
        } catch (TooManyInvitationsException e) {
            throw Refusal.of(
                    ProblemCode.TOO_MANY,
                    "too many invitations are open",
                    "use them, or wait until they have expired");
        }
    }

    private Future<?> admit(Call call) {
        Enroller admitting = enroller();
        InetAddress address = InetAddress.ofLiteral(call.request().remoteAddress().hostAddress());
        return call.body(BODY_BYTES_MAX)
                .compose(body -> {
                    Asking asking = Asking.read(body.getBytes());
                    return blocking.call(() -> admission(admitting, asking, address));
                })
                .compose(admission ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    out.writeStringField("certificate", admission.certificate());
                                    out.writeStringField("cluster", admission.cluster());
                                    out.writeArrayFieldStart("members");
                                    for (String member : admission.members()) {
                                        out.writeString(member);
                                    }
                                    out.writeEndArray();
                                    out.writeEndObject();
                                }));
    }

    private static Admission admission(Enroller enroller, Asking asking, InetAddress address) {
        Optional<Admission> admission;
        try {
            byte[] key = Base64.getDecoder().decode(asking.key);
            admission = enroller.admit(asking.secret, key, address);
        } catch (IllegalArgumentException e) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "key",
                    "it is no public key that is used here",
                    "send a key on the curve P-256, in base64");
        }
        if (admission.isPresent()) {
            LOG.atWarn().addKeyValue("address", address.getHostAddress()).log("a node was let in");
        }
        return admission.orElseThrow(() ->
                Refusal.of(
                        ProblemCode.UNAUTHENTICATED,
                        "the invitation was used, has expired, or was never made",
                        "make a new one with 'orrery token node'"));
    }

    private Enroller enroller() {
        return enroller.orElseThrow(() ->
                Refusal.of(
                        ProblemCode.CONFLICT,
                        "this master invites nobody: it has no authority of its own, forms no"
                                + " cluster, or stays on loopback",
                        "start it with -cluster --host ADDRESS --network private, and without"
                                + " --tls-cert"));
    }

    private static final class Asking {
        private String secret = "";
        private String key = "";

        static Asking read(byte[] json) {
            Asking asking = new Asking();
            JsonReader.document(
                    json,
                    FIELDS,
                    (in, field) -> {
                        switch (field) {
                            case "secret" -> asking.secret = in.text(1, TEXT_MAX);
                            case "key" -> asking.key = in.text(1, TEXT_MAX);
                            default -> throw new IllegalStateException("no reader for " + field);
                        }
                    });
            return asking;
        }
    }
}
