package dev.orrery.api.rest;

import dev.orrery.api.json.Refusal;
import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.bus.VertxBus;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;

import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

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

    /**
     * What becomes of each submission, in their order; one that the leader did not answer is
     * refused as {@code UNAVAILABLE}, and may be accepted all the same.
     *
     * <p>A leader of a version that does not know how to take many is asked for each by itself.
     */
    public Future<List<SchedulerReply.Verdict>> submit(List<SchedulerRequest.Submit> submissions) {
        return bus.request(Address.SCHEDULER, new SchedulerRequest.SubmitMany(submissions), TIMEOUT)
                .transform(answer -> {
                    if (answer.succeeded()) {
                        return Future.succeededFuture(verdicts(answer.result(), submissions));
                    }
                    return isUnread(answer.cause())
                            ? eachAlone(submissions)
                            : Future.succeededFuture(
                                    refused(silent(answer.cause()).problem(), submissions));
                });
    }

    private static List<SchedulerReply.Verdict> verdicts(
            Message reply, List<SchedulerRequest.Submit> submissions) {
        return switch (reply) {
            case SchedulerReply.Verdicts(List<SchedulerReply.Verdict> each)
                    when each.size() == submissions.size() ->
                    each;
            case SchedulerReply.Refused(Problem problem) -> refused(problem, submissions);
            default -> throw unexpected(reply);
        };
    }

    private static List<SchedulerReply.Verdict> refused(
            Problem problem, List<SchedulerRequest.Submit> submissions) {
        return Collections.nCopies(submissions.size(), new SchedulerReply.Refused(problem));
    }

    private static boolean isUnread(Throwable cause) {
        return cause instanceof ReplyException failed
                && failed.failureType() == ReplyFailure.RECIPIENT_FAILURE
                && failed.failureCode() == VertxBus.UNREADABLE;
    }

    private Future<List<SchedulerReply.Verdict>> eachAlone(
            List<SchedulerRequest.Submit> submissions) {
        List<Future<SchedulerReply.Verdict>> all = submissions.stream().map(this::verdict).toList();
        return Future.join(all).map(_ -> all.stream().map(Future::result).toList());
    }

    private Future<SchedulerReply.Verdict> verdict(SchedulerRequest.Submit submission) {
        return bus.request(Address.SCHEDULER, submission, TIMEOUT)
                .map(reply ->
                        reply instanceof SchedulerReply.Verdict verdict
                                ? verdict
                                : refusal(unexpected(reply)))
                .otherwise(Leader::refusal);
    }

    private static SchedulerReply.Verdict refusal(Throwable cause) {
        return new SchedulerReply.Refused(silent(cause).problem());
    }

    Future<ClusterView> cluster() {
        return ask(new SchedulerRequest.DescribeCluster())
                .map(reply ->
                        switch (reply) {
                            case SchedulerReply.Cluster(ClusterView view) -> view;
                            case SchedulerReply.Accepted _,
                                    SchedulerReply.Refused _,
                                    SchedulerReply.Verdicts _,
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
