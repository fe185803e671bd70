package dev.orrery.api.stream;

import dev.orrery.api.Faults;
import dev.orrery.api.JobNames;
import dev.orrery.api.json.Refusal;
import dev.orrery.config.Settings;
import dev.orrery.model.JobId;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Principal;

import io.vertx.core.Context;
import io.vertx.core.Future;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What one client follows, over WebSocket or SSE; lives on the context of its connection. */
final class Session implements Subscriber {
    private final Fanout fanout;
    private final JobNames names;
    private final Principal principal;
    private final Optional<String> token;
    private final Mailbox mailbox;
    private final int topicsMax;
    private final Map<String, Held> held = new LinkedHashMap<>();
    private boolean closed;

    /** Who the client is, and where its connection lives. */
    record Client(Context context, Principal principal, Optional<String> token) {}

    /** What all sessions of a node share. */
    record Surroundings(Fanout fanout, JobNames names, Settings.Limits limits) {}

    Session(Surroundings around, Client client, Mailbox.Sink sink) {
        this.fanout = around.fanout();
        this.names = around.names();
        this.principal = client.principal();
        this.token = client.token();
        this.topicsMax = around.limits().streamTopicsMax();
        this.mailbox = new Mailbox(client.context(), around.limits(), sink);
    }

    @Override
    public Principal principal() {
        return principal;
    }

    @Override
    public Optional<String> token() {
        return token;
    }

    @Override
    public void deliver(Frame frame) {
        mailbox.offer(frame);
    }

    @Override
    public boolean hasRoom() {
        return mailbox.hasRoom();
    }

    Mailbox mailbox() {
        return mailbox;
    }

    /** Begins to follow a topic; a refusal is told to the client as a frame. */
    void subscribe(String topic, long after, LogStart start) {
        join(topic, after, start).onFailure(failure -> fail(Optional.of(topic), failure));
    }

    void unsubscribe(String topic) {
        Held gone = held.remove(topic);
        if (gone != null) {
            gone.leave();
        }
        deliver(Frame.unsubscribed(topic));
    }

    void fail(Optional<String> topic, Throwable failure) {
        deliver(Frame.error(topic, Faults.problem(failure, "a stream's operation")));
    }

    /** The client has room again: whoever waited for that goes on. */
    void resume() {
        held.values().forEach(Held::resume);
    }

    void close() {
        closed = true;
        mailbox.close();
        held.values().forEach(Held::leave);
        held.clear();
    }

    private Future<?> join(String topic, long after, LogStart start) {
        if (held.containsKey(topic)) {
            return Future.failedFuture(
                    Refusal.ofField(
                            ProblemCode.CONFLICT,
                            "topic",
                            "you follow this topic already",
                            "unsubscribe first"));
        }
        if (held.size() >= topicsMax) {
            return Future.failedFuture(
                    Refusal.ofField(
                            ProblemCode.TOO_MANY,
                            "topic",
                            "you follow " + topicsMax + " topics",
                            "unsubscribe from one first, or open another connection"));
        }
        Held place = new Held();
        held.put(topic, place);
        return ask(topic, after, start)
                .onSuccess(place::hold)
                .onFailure(_ -> held.remove(topic, place));
    }

    private Future<Fanout.Subscription> ask(String topic, long after, LogStart start) {
        try {
            return switch (TopicName.parse(topic)) {
                case TopicName.OfJob(String selector) ->
                        resolve(selector).compose(job -> fanout.followJob(this, job, after));
                case TopicName.OfLogs(String selector) ->
                        resolve(selector).compose(job -> fanout.followLogs(this, job, start));
                case TopicName.OfJobs() -> fanout.followJobs(this);
                case TopicName.OfAttempts() -> fanout.followAttempts(this);
                case TopicName.OfNodes() -> fanout.followCluster(this, true);
                case TopicName.OfCluster() -> fanout.followCluster(this, false);
            };
        } catch (Refusal refusal) {
            return Future.failedFuture(refusal);
        }
    }

    private Future<JobId> resolve(String selector) {
        try {
            return Future.succeededFuture(JobId.parse(selector));
        } catch (IllegalArgumentException e) {
            return names.resolve(principal, Optional.empty(), selector);
        }
    }

    /** A topic that the client follows, or is about to. */
    private final class Held {
        private Optional<Fanout.Subscription> subscription = Optional.empty();
        private boolean left;

        void hold(Fanout.Subscription made) {
            if (left || closed) {
                made.cancel();
            } else {
                subscription = Optional.of(made);
            }
        }

        void resume() {
            subscription.ifPresent(Fanout.Subscription::resume);
        }

        void leave() {
            left = true;
            subscription.ifPresent(Fanout.Subscription::cancel);
        }
    }
}
