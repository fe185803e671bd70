package dev.orrery.node;

import dev.orrery.bus.BusNode;
import dev.orrery.bus.Membership;
import dev.orrery.bus.SelfTest;

import io.vertx.core.Future;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;

/**
 * Keeps a node reachable: registers its addresses again when its self-test fails, and when two
 * parts of the cluster have become one.
 */
final class BusCare {

    private static final Logger LOG = LoggerFactory.getLogger(BusCare.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int FAILURES_MAX = 3;

    private final BusNode node;
    private volatile Optional<SelfTest> selfTest = Optional.empty();

    BusCare(BusNode node) {
        this.node = node;
    }

    void start() {
        node.vertx().runOnContext(on -> begin());
    }

    private void begin() {
        node.membership().listen(node.vertx(), new Repair());
        selfTest =
                Optional.of(
                        new SelfTest(
                                node.vertx(),
                                node.membership(),
                                PAUSE,
                                FAILURES_MAX,
                                failures -> repair("the self-test failed " + failures + " times")));
    }

    private void repair(String cause) {
        LOG.atWarn().addKeyValue("cause", cause).log("registering the bus addresses again");
        node.bus()
                .reregister()
                .onFailure(fault -> LOG.atError().setCause(fault).log("registering again failed"));
    }

    Future<Void> stop() {
        return selfTest.map(SelfTest::close).orElse(Future.succeededFuture());
    }

    /** Hears what happens to the membership. */
    private final class Repair implements Membership.Listener {
        @Override
        public void joined(String other) {
            LOG.atInfo().addKeyValue("node", other).log("node joined");
        }

        @Override
        public void left(String other) {
            LOG.atInfo().addKeyValue("node", other).log("node left");
        }

        @Override
        public void merged() {
            repair("parts of the cluster merged");
        }
    }
}
