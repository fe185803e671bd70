package dev.orrery.node;

import dev.orrery.protocol.ClusterView;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

import java.util.function.ToLongFunction;

/** What {@code /metrics} tells of the queue and the workers, from the leader's latest picture. */
final class MasterMetrics {

    private final MeterRegistry registry;

    MasterMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void bind(SchedulerVerticle source) {
        gauge("waiting", source, ClusterView::waiting);
        gauge("queued", source, ClusterView::queued);
        gauge("assigned", source, ClusterView::assigned);
        gauge("running", source, ClusterView::running);
        ended("succeeded", source, ClusterView::succeeded);
        ended("failed", source, ClusterView::failed);
        ended("cancelled", source, ClusterView::cancelled);
        ended("expired", source, ClusterView::expired);
        Gauge.builder("orrery.workers", source, it -> number(it, now -> now.nodes().size()))
                .description("Workers that the leader knows")
                .register(registry);
        Gauge.builder("orrery.epoch", source, it -> number(it, ClusterView::epoch))
                .description("Epoch of the leader")
                .register(registry);
    }

    private void gauge(String state, SchedulerVerticle source, ToLongFunction<ClusterView> count) {
        Gauge.builder("orrery.tasks", source, it -> number(it, count))
                .description("Tasks that have not ended, by state")
                .tag("state", state)
                .register(registry);
    }

    private void ended(String state, SchedulerVerticle source, ToLongFunction<ClusterView> count) {
        FunctionCounter.builder("orrery.tasks.ended", source, it -> number(it, count))
                .description("Tasks that ended since this leader began, by state")
                .tag("state", state)
                .register(registry);
    }

    private static double number(SchedulerVerticle source, ToLongFunction<ClusterView> count) {
        return source.view().map(now -> (double) count.applyAsLong(now)).orElse(0.0);
    }
}
