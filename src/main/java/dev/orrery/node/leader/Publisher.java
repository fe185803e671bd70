package dev.orrery.node.leader;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.model.Namespace;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Pulse;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage;
import dev.orrery.protocol.TopicMessage.Events;
import dev.orrery.protocol.TopicMessage.TopicEvent;
import dev.orrery.scheduling.Effect;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Sends live events to the proxies that asked for them: one message for each proxy and batch,
 * however many clients it has. A lost message is repaired by the proxy, which sees the gap.
 */
public final class Publisher {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final Duration SUBSCRIPTION_TTL = Duration.ofSeconds(10);
    private static final long CLUSTER_PAUSE_MILLIS = 250;
    private static final long ATTEMPTS_PAUSE_MILLIS = 250;
    private static final int TOPICS_MAX = 100_000;
    private static final int MESSAGE_EVENTS_MAX = 500;

    private final Vertx vertx;
    private final Bus bus;
    private final long epoch;
    private final Supplier<Future<ClusterView>> view;
    private final Map<Topic, Map<String, Long>> subscribers = new HashMap<>();
    private final Map<String, List<TopicEvent>> outgoing = new LinkedHashMap<>();
    private final PulseRecorder pulses = new PulseRecorder();
    private final AttemptStream attempts = new AttemptStream();
    private boolean attemptTimer;
    private boolean clusterTimer;
    private boolean clusterDirty;

    public Publisher(Vertx vertx, Bus bus, long epoch, Supplier<Future<ClusterView>> view) {
        this.vertx = vertx;
        this.bus = bus;
        this.epoch = epoch;
        this.view = view;
    }

    /** Takes or renews a proxy's wishes; the ones it does not repeat end by themselves. */
    public void subscribe(TopicMessage.Subscribe wish) {
        long until = System.nanoTime() + SUBSCRIPTION_TTL.toNanos();
        for (Topic topic : wish.topics()) {
            Map<String, Long> proxies = subscribers.get(topic);
            if (proxies == null) {
                if (subscribers.size() >= TOPICS_MAX) {
                    LOG.atWarn().addKeyValue("max", TOPICS_MAX).log("too many topics are watched");
                    return;
                }
                proxies = new HashMap<>();
                subscribers.put(topic, proxies);
            }
            boolean isNew = proxies.put(wish.proxyAddress(), until) == null;
            if (isNew && (topic instanceof Topic.OfCluster || topic instanceof Topic.OfNodes)) {
                clusterChanged();
            }
        }
        attempts.setWatched(areAttemptsWatched());
    }

    /** Forgets wishes that were not repeated. */
    public void forgetExpired() {
        long now = System.nanoTime();
        subscribers.values().forEach(proxies -> proxies.values().removeIf(end -> end - now < 0));
        subscribers.values().removeIf(Map::isEmpty);
        attempts.setWatched(areAttemptsWatched());
    }

    /** A task goes to a worker. */
    public void assigned(Effect.Assign assign) {
        pulses.assigned(assign, Instant.now());
        attempts.assigned(assign);
    }

    /** A second is over, and the cluster looks like this. */
    public void beat(ClusterView now) {
        Pulse pulse = pulses.beat(now);
        add(new Topic.OfCluster(), new TopicEvent.Pulsed(pulse));
        flush();
    }

    /** How busy the cluster was until now. */
    public Pulse.History pulses() {
        return pulses.history();
    }

    public void happened(JobEvent event, Optional<Namespace> namespace) {
        clusterChanged();
        pulses.happened(event);
        if (attempts.happened(event, namespace) && !attemptTimer) {
            attemptTimer = true;
            vertx.setTimer(ATTEMPTS_PAUSE_MILLIS, id -> sendAttempts());
        }
        if (subscribers.isEmpty()) {
            return;
        }
        add(new Topic.OfJob(event.job()), new TopicEvent.Durable(event));
        if (event.status().isTerminal()) {
            addOnce(
                    new Topic.OfLogs(event.job()),
                    new Topic.OfJob(event.job()),
                    new TopicEvent.Durable(event));
        }
        namespace.ifPresent(it -> {
            TopicEvent changed = new TopicEvent.JobChanged(it, event);
            add(new Topic.OfJobs(Optional.of(it)), changed);
            addOnce(new Topic.OfJobs(Optional.empty()), new Topic.OfJobs(Optional.of(it)), changed);
        });
    }

    public void progressed(TopicEvent.Progress progress) {
        add(new Topic.OfJob(progress.attempt().job()), progress);
    }

    public void logGrown(TopicMessage.LogSize size) {
        add(new Topic.OfLogs(size.attempt().job()), new TopicEvent.LogGrown(size));
        flush();
    }

    /** Sends the cluster's picture to its watchers, at most four times a second. */
    public void clusterChanged() {
        clusterDirty = true;
        if (!clusterTimer && isClusterWatched()) {
            clusterTimer = true;
            sendCluster();
            vertx.setTimer(CLUSTER_PAUSE_MILLIS, id -> afterPause());
        }
    }

    private void afterPause() {
        clusterTimer = false;
        if (clusterDirty) {
            clusterChanged();
        }
    }

    private void sendCluster() {
        clusterDirty = false;
        view.get()
                .onSuccess(now -> {
                    Set<String> proxies = new HashSet<>(of(new Topic.OfCluster()).keySet());
                    proxies.addAll(of(new Topic.OfNodes()).keySet());
                    proxies.forEach(proxy -> send(proxy, new TopicEvent.ClusterChanged(now)));
                    flush();
                })
                .onFailure(fault -> clusterDirty = true);
    }

    private void sendAttempts() {
        attemptTimer = false;
        for (Topic topic : subscribers.keySet()) {
            if (topic instanceof Topic.OfAttempts(Optional<Namespace> namespace)) {
                add(topic, attempts.changes(namespace));
            }
        }
        attempts.clear();
        flush();
    }

    private boolean areAttemptsWatched() {
        return subscribers.keySet().stream().anyMatch(it -> it instanceof Topic.OfAttempts);
    }

    private boolean isClusterWatched() {
        return subscribers.containsKey(new Topic.OfCluster())
                || subscribers.containsKey(new Topic.OfNodes());
    }

    private Map<String, Long> of(Topic topic) {
        return subscribers.getOrDefault(topic, Map.of());
    }

    private void add(Topic topic, TopicEvent event) {
        of(topic).keySet().forEach(proxy -> send(proxy, event));
    }

    /** Likewise, but not to a proxy that has it by another topic. */
    private void addOnce(Topic topic, Topic other, TopicEvent event) {
        Set<String> served = of(other).keySet();
        of(topic).keySet().stream()
                .filter(proxy -> !served.contains(proxy))
                .forEach(proxy -> send(proxy, event));
    }

    private void send(String proxy, TopicEvent event) {
        outgoing.computeIfAbsent(proxy, it -> new ArrayList<>()).add(event);
    }

    /** Lets go what was gathered. */
    public void flush() {
        outgoing.forEach((proxy, events) -> {
            for (int from = 0; from < events.size(); from += MESSAGE_EVENTS_MAX) {
                int to = Math.min(events.size(), from + MESSAGE_EVENTS_MAX);
                bus.send(new Address(proxy), new Events(epoch, events.subList(from, to)));
            }
        });
        outgoing.clear();
    }
}
