package dev.orrery.scheduling.share;

import dev.orrery.model.Namespace;
import dev.orrery.scheduling.policy.Demand;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.policy.QueuePolicy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A namespace that has something in the cluster: what waits, and what workers have of it. */
final class Tenant {

    final Namespace namespace;
    final long weight;

    /** Tasks that workers may have; any number when 0. */
    final long max;

    final Amounts held = new Amounts();
    private final Map<List<Cap>, Line> lines = new LinkedHashMap<>();
    long heldTasks;
    double pass;
    Optional<Place> place = Optional.empty();
    Optional<Watch> watch = Optional.empty();

    Tenant(Namespace namespace, long weight, long max) {
        this.namespace = namespace;
        this.weight = weight;
        this.max = max;
    }

    Line line(List<Cap> caps, Supplier<QueuePolicy> queues) {
        return lines.computeIfAbsent(caps, it -> new Line(it, queues.get()));
    }

    /** The line is forgotten when nothing is in it. */
    void dropIfEmpty(Line line) {
        if (line.queue.size() == 0 && !line.caps.isEmpty()) {
            lines.remove(line.caps);
        }
    }

    boolean isAtMax() {
        return max > 0 && heldTasks >= max;
    }

    /** Whether something waits that no bound holds back. */
    boolean isWaiting() {
        if (isAtMax()) {
            return false;
        }
        for (Line line : lines.values()) {
            if (line.isOpen()) {
                return true;
            }
        }
        return false;
    }

    boolean isGone() {
        return heldTasks == 0 && lines.values().stream().allMatch(it -> it.queue.size() == 0);
    }

    /** What may go next, the first at the head; nothing that a bound of a label holds back. */
    Iterable<QueueEntry> heads() {
        if (lines.size() == 1) {
            Line only = lines.values().iterator().next();
            return only.isOpen() ? only.queue.candidates() : List.of();
        }
        List<QueueEntry> heads = new ArrayList<>();
        for (Line line : lines.values()) {
            if (line.isOpen()) {
                line.queue.candidates().forEach(heads::add);
            }
        }
        heads.sort(null);
        return heads;
    }

    boolean hasHead(Demand demand) {
        for (QueueEntry head : heads()) {
            if (head.demand().equals(demand)) {
                return true;
            }
        }
        return false;
    }

    long ahead(QueueEntry entry) {
        return lines.values().stream().mapToLong(line -> line.queue.ahead(entry)).sum();
    }
}
