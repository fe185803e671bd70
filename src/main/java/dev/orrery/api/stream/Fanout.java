package dev.orrery.api.stream;

import dev.orrery.api.json.Refusal;
import dev.orrery.api.logs.LogSource;
import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.config.Settings;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.Principal;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.Located;
import dev.orrery.protocol.TopicMessage.TopicEvent;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The topics that clients of this node follow: each asked for upstream once, however many clients
 * there are. All of its state lives on one context.
 */
public final class Fanout {
    private static final long BEAT_MILLIS = 2_000;
    private static final long LIST_PAUSE_MILLIS = 250;
    private static final int TOPICS_PER_MESSAGE = 500;

    private final Vertx vertx;
    private final Context context;
    private final Bus bus;
    private final Address own;
    private final Settings.Limits limits;
    private final LogSource logs;
    private final String version;
    private final Upstream upstream;
    private final Map<Topic, Channel> channels = new LinkedHashMap<>();
    private final AtomicInteger topics = new AtomicInteger();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final List<Consumer<TopicEvent>> watchers = new ArrayList<>();
    private Optional<Bus.Registration> registration = Optional.empty();
    private long timer = -1;
    private boolean beatDue;

    /** A client's hold on a topic; its methods may be called from any thread. */
    static final class Subscription {
        private final Context context;
        private final Runnable pump;
        private final Runnable leave;

        Subscription(Context context, Runnable pump, Runnable leave) {
            this.context = context;
            this.pump = pump;
            this.leave = leave;
        }

        /** The client has room again. */
        void resume() {
            context.runOnContext(_ -> pump.run());
        }

        /** The client wants no more. */
        void cancel() {
            context.runOnContext(_ -> leave.run());
        }
    }

    /** Where the fan-out hears of events, and where it gets the bytes of logs. */
    public record Sources(Bus bus, Address own, LogSource logs) {}

    /**
     * A fan-out that does not listen yet.
     *
     * @param context to which it is confined
     * @param version of the program, for the topic of the cluster
     */
    public Fanout(
            Vertx vertx, Context context, Sources sources, Settings.Limits limits, String version) {
        this.vertx = vertx;
        this.context = context;
        this.bus = sources.bus();
        this.own = sources.own();
        this.limits = limits;
        this.logs = sources.logs();
        this.version = version;
        this.upstream = new Upstream(bus, own);
    }

    /** Begins to listen; completes when the masters can reach it. */
    public Future<Void> start() {
        return onContext(() -> {
            Bus.Registration served = bus.serve(own, this::take);
            registration = Optional.of(served);
            timer = vertx.setPeriodic(BEAT_MILLIS, _ -> beat());
            return served.ready();
        });
    }

    /** Ends listening; the clients' connections are closed by their routes. */
    public Future<Void> stop() {
        return onContext(() -> {
            vertx.cancelTimer(timer);
            channels.clear();
            topics.set(0);
            return registration.map(Bus.Registration::close).orElse(Future.succeededFuture());
        });
    }

    /**
     * Lets somebody hear every live event that reaches this node, on the context of the fan-out.
     */
    public void watch(Consumer<TopicEvent> watcher) {
        context.runOnContext(_ -> watchers.add(watcher));
    }

    /** How many topics are followed upstream, each once; safe from any thread. */
    int topics() {
        return topics.get();
    }

    /** How many topics clients follow, counted for each client; safe from any thread. */
    int subscriptions() {
        return subscriptions.get();
    }

    /** Begins to give a job's events after a number; fails when the client may not see the job. */
    Future<Subscription> followJob(Subscriber subscriber, JobId job, long after) {
        return onContext(() ->
                located(subscriber.principal(), job).map(_ -> joinJob(subscriber, job, after)));
    }

    /** Begins to give a job's output; fails when the client may not see the job. */
    Future<Subscription> followLogs(Subscriber subscriber, JobId job, LogStart start) {
        return onContext(() ->
                located(subscriber.principal(), job)
                        .map(place -> joinLogs(subscriber, job, start, place)));
    }

    /** Begins to give the changes of all jobs that the client may see. */
    Future<Subscription> followJobs(Subscriber subscriber) {
        return onContext(() -> {
            Optional<Namespace> namespace = subscriber.principal().namespace();
            JobsChannel channel =
                    channel(
                            new Topic.OfJobs(namespace),
                            JobsChannel.class,
                            () -> new JobsChannel(namespace, upstream, this::afterPause));
            channel.add(subscriber);
            return Future.succeededFuture(subscription(channel, () -> channel.remove(subscriber)));
        });
    }

    /** Begins to give the attempts that the client may see, as they start and end. */
    Future<Subscription> followAttempts(Subscriber subscriber) {
        return onContext(() -> {
            Optional<Namespace> namespace = subscriber.principal().namespace();
            AttemptsChannel channel =
                    channel(
                            new Topic.OfAttempts(namespace),
                            AttemptsChannel.class,
                            () -> new AttemptsChannel(namespace));
            channel.add(subscriber);
            return Future.succeededFuture(subscription(channel, () -> channel.remove(subscriber)));
        });
    }

    /** Begins to give the state of the cluster, or of its nodes. */
    Future<Subscription> followCluster(Subscriber subscriber, boolean ofNodes) {
        return onContext(() -> {
            Topic topic = ofNodes ? new Topic.OfNodes() : new Topic.OfCluster();
            ClusterChannel channel =
                    channel(
                            topic,
                            ClusterChannel.class,
                            () -> new ClusterChannel(ofNodes, upstream, version));
            channel.add(subscriber);
            return Future.succeededFuture(subscription(channel, () -> channel.remove(subscriber)));
        });
    }

    private Subscription joinJob(Subscriber subscriber, JobId job, long after) {
        JobChannel channel = jobChannel(job);
        JobChannel.Reader reader = channel.add(JobListener.of(channel.name(), subscriber), after);
        beatSoon();
        return subscription(channel, () -> channel.remove(reader));
    }

    private Subscription joinLogs(Subscriber subscriber, JobId job, LogStart start, Located place) {
        LogsChannel channel =
                channel(
                        new Topic.OfLogs(job),
                        LogsChannel.class,
                        () -> {
                            LogsChannel created = new LogsChannel(job, logs, place.dataUri());
                            jobChannel(job).add(created, 0);
                            return created;
                        });
        LogsChannel.Reader reader = channel.add(subscriber, start);
        channel.pump();
        return subscription(channel, () -> channel.remove(reader));
    }

    private JobChannel jobChannel(JobId job) {
        return channel(
                new Topic.OfJob(job),
                JobChannel.class,
                () -> new JobChannel(job, upstream, limits.streamBufferEvents()));
    }

    private <C extends Channel> C channel(Topic topic, Class<C> type, Supplier<C> create) {
        Channel existing = channels.get(topic);
        if (existing != null) {
            return type.cast(existing);
        }
        C created = create.get();
        channels.put(topic, created);
        topics.set(channels.size());
        beatSoon();
        return created;
    }

    private Subscription subscription(Channel channel, Runnable leave) {
        subscriptions.incrementAndGet();
        return new Subscription(
                context,
                channel::pump,
                () -> {
                    subscriptions.decrementAndGet();
                    leave.run();
                    dropEmpty();
                });
    }

    /** A channel of logs reads its job's events, so it goes first. */
    private void dropEmpty() {
        List<Channel> empty =
                channels.values().stream()
                        .filter(channel -> channel instanceof LogsChannel && channel.isEmpty())
                        .toList();
        for (Channel channel : empty) {
            channels.remove(channel.topic());
            channels.values().forEach(other -> leave(other, channel));
        }
        channels.values().removeIf(Channel::isEmpty);
        topics.set(channels.size());
    }

    private static void leave(Channel from, Channel listener) {
        if (from instanceof JobChannel job && listener instanceof LogsChannel logs) {
            job.remove(logs);
        }
    }

    private Future<Located> located(Principal principal, JobId job) {
        return upstream.locate(job)
                .compose(place ->
                        place.namespace().filter(principal::sees).isPresent()
                                ? Future.succeededFuture(place)
                                : Future.failedFuture(Refusal.notFound("job " + job)));
    }

    private Future<Message> take(Message message) {
        if (message instanceof TopicMessage.Events events) {
            for (TopicEvent event : events.events()) {
                List.copyOf(channels.values()).forEach(channel -> channel.event(event));
                watchers.forEach(watcher -> watcher.accept(event));
            }
        }
        return Future.succeededFuture(new TopicMessage.Subscribed(0, List.of()));
    }

    /** Several new topics of one moment are asked for together. */
    private void beatSoon() {
        if (!beatDue) {
            beatDue = true;
            context.runOnContext(_ -> {
                beatDue = false;
                beat();
            });
        }
    }

    private void beat() {
        List<Topic> topics = List.copyOf(channels.keySet());
        for (int from = 0; from < topics.size(); from += TOPICS_PER_MESSAGE) {
            int to = Math.min(topics.size(), from + TOPICS_PER_MESSAGE);
            upstream.subscribe(topics.subList(from, to)).onSuccess(this::heads);
        }
    }

    private void afterPause(Runnable work) {
        vertx.setTimer(LIST_PAUSE_MILLIS, _ -> work.run());
    }

    private void heads(List<Head> heads) {
        for (Head head : heads) {
            Channel channel = channels.get(head.topic());
            if (channel != null) {
                channel.head(head);
            }
        }
    }

    /** Runs on the context of the fan-out, and completes on the caller's. */
    private <T> Future<T> onContext(Supplier<Future<T>> work) {
        Context caller = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        context.runOnContext(_ ->
                attempt(work)
                        .onSuccess(result -> caller.runOnContext(_ -> promise.complete(result)))
                        .onFailure(failure -> caller.runOnContext(_ -> promise.fail(failure))));
        return promise.future();
    }

    private static <T> Future<T> attempt(Supplier<Future<T>> work) {
        try {
            return work.get();
        } catch (RuntimeException failure) {
            return Future.failedFuture(failure);
        }
    }
}
