package dev.orrery.node;

import dev.orrery.protocol.ClusterView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** What {@code /metrics} tells of the queue and the workers, from the leader's latest picture. */
final class MasterMetrics {

    private final MeterRegistry registry;

    MasterMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void bind(Supplier<Optional<ClusterView>> view) {
        gauge("waiting", view, ClusterView::waiting);
        gauge("queued", view, ClusterView::queued);
        gauge("assigned", view, ClusterView::assigned);
        gauge("running", view, ClusterView::running);
        ended("succeeded", view, ClusterView::succeeded);
        ended("failed", view, ClusterView::failed);
        ended("cancelled", view, ClusterView::cancelled);
        ended("expired", view, ClusterView::expired);
        Gauge.builder("orrery.workers", view, it -> number(it, now -> now.nodes().size()))
                .description("Workers that the leader knows")
                .strongReference(true)
                .register(registry);
        Gauge.builder("orrery.epoch", view, it -> number(it, ClusterView::epoch))
                .description("Epoch of the leader")
                .strongReference(true)
                .register(registry);
    }

    private void gauge(
            String state,
            Supplier<Optional<ClusterView>> view,
            ToLongFunction<ClusterView> count) {
        Gauge.builder("orrery.tasks", view, it -> number(it, count))
                .description("Tasks that have not ended, by state")
                .tag("state", state)
                .strongReference(true)
                .register(registry);
    }

    private void ended(
            String state,
            Supplier<Optional<ClusterView>> view,
            ToLongFunction<ClusterView> count) {
        FunctionCounter.builder("orrery.tasks.ended", view, it -> number(it, count))
                .description("Tasks that ended since this leader began, by state")
                .tag("state", state)
                .register(registry);
    }

    private static double number(
            Supplier<Optional<ClusterView>> view, ToLongFunction<ClusterView> count) {
        return view.get().map(now -> (double) count.applyAsLong(now)).orElse(0.0);
    }
}
