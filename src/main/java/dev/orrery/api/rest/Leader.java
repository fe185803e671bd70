package dev.orrery.api.rest;

import dev.orrery.api.json.Refusal;
import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;

import io.vertx.core.Future;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;

/** The leader's scheduler, as the routes ask it over the bus. */
public final class Leader {
    private static final Logger LOG = LoggerFactory.getLogger(Leader.class);

    /** Shorter than the command line waits, {@code cli.client.Client.SHORT_TIMEOUT}. */
    public static final Duration TIMEOUT = Duration.ofSeconds(12);

    private final Bus bus;

    /** Asks over this bus. */
    public Leader(Bus bus) {
        this.bus = bus;
    }

    /** The answer; a refusal, and the silence of the leader, fail with a {@link Refusal}. */
    public Future<SchedulerReply> ask(SchedulerRequest request) {
        return bus.request(Address.SCHEDULER, request, TIMEOUT)
                .transform(answer ->
                        answer.succeeded()
                                ? accepted(answer.result())
                                : Future.failedFuture(silent(answer.cause())));
    }

    Future<ClusterView> cluster() {
        return ask(new SchedulerRequest.DescribeCluster())
                .map(reply ->
                        switch (reply) {
                            case SchedulerReply.Cluster(ClusterView view) -> view;
                            case SchedulerReply.Accepted _,
                                    SchedulerReply.Refused _,
                                    SchedulerReply.Done _,
                                    SchedulerReply.Explained _ ->
                                    throw unexpected(reply);
                        });
    }

    /** What a reply is that belongs to another request: a bug. */
    public static IllegalStateException unexpected(Message reply) {
        return new IllegalStateException("not an answer to this request: " + reply);
    }

    private static Future<SchedulerReply> accepted(Message reply) {
        return switch (reply) {
            case SchedulerReply.Refused(Problem problem) ->
                    Future.failedFuture(new Refusal(problem));
            case SchedulerReply other -> Future.succeededFuture(other);
            default -> Future.failedFuture(unexpected(reply));
        };
    }

    private static Refusal silent(Throwable cause) {
        LOG.atWarn().addKeyValue("cause", cause.toString()).log("the leader does not answer");
        return Refusal.of(
                ProblemCode.UNAVAILABLE,
                "no leader answers",
                "try again in a few seconds, with the same Idempotency-Key for a submission");
    }
}
