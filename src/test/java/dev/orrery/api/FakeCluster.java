package dev.orrery.api;

import dev.orrery.model.Resources;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.WorkerOffer;

import java.time.Instant;
import java.util.Collections;
import java.util.List;

/** A cluster of one idle worker, as the scheduler of these tests tells of it. */
final class FakeCluster {

    private FakeCluster() {}

    static ClusterView view(long epoch, int queued) {
        WorkerOffer offer =
                new WorkerOffer(Resources.ONE_CPU, 1, Collections.emptySortedMap(), "host", "test");
        return new ClusterView(
                epoch,
                Instant.now(),
                0,
                queued,
                0,
                0,
                0,
                0,
                0,
                0,
                List.of(
                        new ClusterView.Node(
                                FakeScheduler.WORKER,
                                offer,
                                ClusterView.NodeState.READY,
                                Resources.ONE_CPU,
                                0,
                                0,
                                12)),
                List.of());
    }
}
