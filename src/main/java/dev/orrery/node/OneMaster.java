package dev.orrery.node;

import dev.orrery.bus.BusNode;
import dev.orrery.bus.Membership;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Sees to it that a cluster has one store: a master that finds an earlier one with another store
 * does not start, or ends when the two meet only later, as after a partition.
 */
final class OneMaster {

    private static final Logger LOG = LoggerFactory.getLogger(OneMaster.class);

    private final BusNode node;
    private final IntConsumer end;

    /** A guard that ends the node with an exit code. */
    OneMaster(BusNode node, IntConsumer end) {
        this.node = node;
        this.end = end;
    }

    /** Refuses the start beside an earlier master. */
    void check() throws NodeException {
        Optional<String> earlier = node.rank().earlier();
        if (earlier.isPresent()) {
            throw NodeException.locked(refusal(earlier.get()));
        }
    }

    /** Looks again whenever members come. */
    void keepChecking() {
        node.membership().listen(node.vertx(), new Newcomers());
    }

    private void checkAgain() {
        node.vertx()
                .executeBlocking(node.rank()::earlier)
                .onSuccess(earlier ->
                        earlier.ifPresent(it -> {
                            LOG.atError().log(refusal(it));
                            end.accept(NodeException.EXIT_LOCKED);
                        }))
                .onFailure(fault -> LOG.atWarn().setCause(fault).log("masters not compared"));
    }

    private static String refusal(String earlier) {
        return "this cluster has a master already, the member "
                + earlier
                + ": stop that one, give both the same storage.url, or start this one without"
                + " --join and with a cluster of its own";
    }

    /** Hears who joins. */
    private final class Newcomers implements Membership.Listener {
        @Override
        public void joined(String other) {
            checkAgain();
        }

        @Override
        public void left(String other) {
            // One fewer is no second.
        }

        @Override
        public void merged() {
            checkAgain();
        }
    }
}
