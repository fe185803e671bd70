package dev.orrery.protocol.wire;

import static dev.orrery.protocol.wire.ModelWire.each;

import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.protocol.wire.proto.ClusterViewForm;
import dev.orrery.protocol.wire.proto.NodeForm;
import dev.orrery.protocol.wire.proto.NodeStateForm;
import dev.orrery.protocol.wire.proto.StuckForm;
import dev.orrery.protocol.wire.proto.WorkerOfferForm;

import java.util.TreeMap;

/** The wire form of the cluster as its leader sees it. */
final class ClusterViewWire {

    private ClusterViewWire() {}

    static ClusterViewForm form(ClusterView view) {
        return ClusterViewForm.newBuilder()
                .setEpoch(view.epoch())
                .setAt(ModelWire.form(view.at()))
                .setWaiting(view.waiting())
                .setQueued(view.queued())
                .setAssigned(view.assigned())
                .setRunning(view.running())
                .setSucceeded(view.succeeded())
                .setFailed(view.failed())
                .setCancelled(view.cancelled())
                .setExpired(view.expired())
                .addAllNodes(each(view.nodes(), ClusterViewWire::form))
                .addAllStuck(each(view.stuck(), ClusterViewWire::form))
                .build();
    }

    static ClusterView view(ClusterViewForm form) {
        return new ClusterView(
                form.getEpoch(),
                ModelWire.instant(form.getAt()),
                form.getWaiting(),
                form.getQueued(),
                form.getAssigned(),
                form.getRunning(),
                form.getSucceeded(),
                form.getFailed(),
                form.getCancelled(),
                form.getExpired(),
                each(form.getNodesList(), ClusterViewWire::node),
                each(form.getStuckList(), ClusterViewWire::stuck));
    }

    private static StuckForm form(ClusterView.Stuck stuck) {
        return StuckForm.newBuilder()
                .setJob(ModelWire.form(stuck.job()))
                .setNamespace(stuck.namespace().name())
                .setNumber(stuck.number())
                .setName(stuck.name())
                .setReason(stuck.reason())
                .build();
    }

    private static ClusterView.Stuck stuck(StuckForm form) {
        return new ClusterView.Stuck(
                ModelWire.jobId(form.getJob()),
                new Namespace(form.getNamespace()),
                form.getNumber(),
                form.getName(),
                form.getReason());
    }

    static WorkerOfferForm form(WorkerOffer offer) {
        return WorkerOfferForm.newBuilder()
                .setCapacity(ModelWire.form(offer.capacity()))
                .setSlots(offer.slots())
                .putAllLabels(offer.labels())
                .setHost(offer.host())
                .setVersion(offer.version())
                .build();
    }

    static WorkerOffer offer(WorkerOfferForm form) {
        return new WorkerOffer(
                ModelWire.resources(form.getCapacity()),
                form.getSlots(),
                new TreeMap<>(form.getLabelsMap()),
                form.getHost(),
                form.getVersion());
    }

    private static NodeForm form(ClusterView.Node node) {
        return NodeForm.newBuilder()
                .setWorker(node.worker().name())
                .setOffer(form(node.offer()))
                .setState(form(node.state()))
                .setFreeNow(ModelWire.form(node.freeNow()))
                .setAssigned(node.assigned())
                .setRunning(node.running())
                .setLeaseAgeMillis(node.leaseAgeMillis())
                .build();
    }

    private static ClusterView.Node node(NodeForm form) {
        return new ClusterView.Node(
                new WorkerId(form.getWorker()),
                offer(form.getOffer()),
                state(form.getState()),
                ModelWire.resources(form.getFreeNow()),
                form.getAssigned(),
                form.getRunning(),
                form.getLeaseAgeMillis());
    }

    private static NodeStateForm form(ClusterView.NodeState state) {
        return switch (state) {
            case READY -> NodeStateForm.NODE_STATE_READY;
            case DRAINING -> NodeStateForm.NODE_STATE_DRAINING;
            case DRAINED -> NodeStateForm.NODE_STATE_DRAINED;
            case AWAITED -> NodeStateForm.NODE_STATE_AWAITED;
        };
    }

    private static ClusterView.NodeState state(NodeStateForm form) {
        return switch (form) {
            case NODE_STATE_READY -> ClusterView.NodeState.READY;
            case NODE_STATE_DRAINING -> ClusterView.NodeState.DRAINING;
            case NODE_STATE_DRAINED -> ClusterView.NodeState.DRAINED;
            case NODE_STATE_AWAITED -> ClusterView.NodeState.AWAITED;
            case NODE_STATE_UNSPECIFIED, UNRECOGNIZED -> throw WireException.unknown("node state");
        };
    }
}
