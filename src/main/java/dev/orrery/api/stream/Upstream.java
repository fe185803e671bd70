package dev.orrery.api.stream;

import dev.orrery.api.json.Refusal;
import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.model.JobId;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.Pulse;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage;
import dev.orrery.protocol.TopicMessage.EventsRead;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.Located;

import io.vertx.core.Future;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** The masters, as the fan-out of a node asks them over the bus. */
final class Upstream {
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private final Bus bus;
    private final Address own;

    Upstream(Bus bus, Address own) {
        this.bus = bus;
        this.own = own;
    }

    /** Asks for the live events of these topics, and for how far they are. */
    Future<List<Head>> subscribe(List<Topic> topics) {
        return ask(
                Address.TOPICS,
                new TopicMessage.Subscribe(own.value(), topics),
                reply -> ((TopicMessage.Subscribed) reply).heads());
    }

    Future<EventsRead> readEvents(JobId job, long after, int limit) {
        return ask(
                Address.TOPICS,
                new TopicMessage.ReadEvents(job, after, limit),
                EventsRead.class::cast);
    }

    Future<Located> locate(JobId job) {
        return ask(Address.TOPICS, new TopicMessage.Locate(job), Located.class::cast);
    }

    Future<ClusterView> cluster() {
        return ask(
                Address.SCHEDULER,
                new SchedulerRequest.DescribeCluster(),
                reply -> ((SchedulerReply.Cluster) reply).view());
    }

    Future<Pulse.History> pulses() {
        return ask(
                Address.TOPICS,
                new TopicMessage.ReadPulses(),
                reply -> ((TopicMessage.PulsesRead) reply).history());
    }

    private <T> Future<T> ask(Address to, Message question, Function<Message, T> read) {
        return bus.request(to, question, TIMEOUT)
                .transform(answer ->
                        answer.failed()
                                ? Future.failedFuture(unavailable())
                                : read(answer.result(), read));
    }

    private static <T> Future<T> read(Message reply, Function<Message, T> read) {
        return switch (reply) {
            case TopicMessage.Failed(Problem problem) -> Future.failedFuture(new Refusal(problem));
            case SchedulerReply.Refused(Problem problem) ->
                    Future.failedFuture(new Refusal(problem));
            default -> Future.succeededFuture(read.apply(reply));
        };
    }

    private static Refusal unavailable() {
        return Refusal.of(
                ProblemCode.UNAVAILABLE, "no master answers", "try again in a few seconds");
    }
}
