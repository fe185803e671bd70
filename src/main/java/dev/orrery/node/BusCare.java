package dev.orrery.node;

import dev.orrery.bus.AddressBook;
import dev.orrery.bus.BusNode;
import dev.orrery.bus.Membership;
import dev.orrery.bus.SelfTest;

import io.vertx.core.Future;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps a node reachable: registers its addresses again when its self-test fails, and when two
 * parts of the cluster have become one. A node that stays unreachable all the same ends, to be
 * started again by its supervisor.
 *
 * <p>It ends only when it is known to be at fault: when the cluster has lost its addresses again
 * and again, or when several others that are members all the same have been silent for a minute, by
 * which time a worker has given up its tasks. A node that is alone, or one of two of which the
 * other is silent, goes on.
 */
final class BusCare {

    private static final Logger LOG = LoggerFactory.getLogger(BusCare.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int FAILURES_MAX = 2;

    /** After three repairs, half a minute. */
    private static final int PROOFS_MAX = 6;

    private static final int SILENCES_MAX = 12;
    private static final int OTHERS_MIN = 2;

    private final BusNode node;
    private final Runnable fatal;
    private volatile Optional<SelfTest> selfTest = Optional.empty();
    private int lostInARow;
    private boolean comparing;
    private boolean repairing;

    /** Addresses that were unknown the last time; once may be a registration under way. */
    private Set<String> missing = Set.of();

    /**
     * Cares for a node.
     *
     * @param fatal told when the node may not go on
     */
    BusCare(BusNode node, Runnable fatal) {
        this.node = node;
        this.fatal = fatal;
    }

    void start() {
        node.vertx().runOnContext(on -> begin());
    }

    private void begin() {
        node.membership().listen(node.vertx(), new Repair());
        node.vertx().setPeriodic(PAUSE.toMillis(), id -> compare());
        selfTest =
                Optional.of(
                        new SelfTest(
                                node.vertx(), node.membership(), PAUSE, FAILURES_MAX, this::deaf));
    }

    /** Compares the cluster's addresses with those that should be there. */
    private void compare() {
        if (comparing || node.book().isEmpty()) {
            return;
        }
        comparing = true;
        node.vertx()
                .executeBlocking(node.book().get()::compare)
                .onSuccess(this::compared)
                .onFailure(fault -> LOG.atWarn().setCause(fault).log("addresses not compared"))
                .onComplete(done -> comparing = false);
    }

    private void compared(AddressBook.Findings found) {
        node.bus().greet(found.workers());
        if (found.removed() > 0) {
            LOG.atInfo()
                    .addKeyValue("addresses", found.removed())
                    .log("took addresses of nodes that are gone away");
        }
        Set<String> lost = new TreeSet<>(found.missing());
        lost.retainAll(missing);
        missing = found.missing();
        lostInARow = lost.isEmpty() ? 0 : lostInARow + 1;
        if (lostInARow >= PROOFS_MAX && !node.membership().others().isEmpty()) {
            giveUp(lostInARow, lostInARow);
        } else if (!lost.isEmpty()) {
            repair("the cluster does not know " + lost);
        }
    }

    private void deaf(SelfTest.Findings found) {
        if (isHopeless(found)) {
            giveUp(found.failures(), found.proofs());
        } else {
            repair("the self-test failed " + found.failures() + " times");
        }
    }

    private void giveUp(int failures, int proofs) {
        LOG.atError()
                .addKeyValue("failures", failures)
                .addKeyValue("proofs", proofs)
                .log("the bus stays deaf; ending, to be started again");
        fatal.run();
    }

    /** Whether only a new process helps. */
    static boolean isHopeless(SelfTest.Findings found) {
        boolean lost = found.proofs() >= PROOFS_MAX && found.others() > 0;
        boolean silent = found.failures() >= SILENCES_MAX && found.others() >= OTHERS_MIN;
        return lost || silent;
    }

    /** One at a time: the cluster may take long to answer, and more would pile up behind it. */
    private void repair(String cause) {
        if (repairing) {
            return;
        }
        repairing = true;
        LOG.atWarn().addKeyValue("cause", cause).log("registering the bus addresses again");
        Future<Void> test = selfTest.map(SelfTest::renew).orElse(Future.succeededFuture());
        Future.join(node.bus().reregister(), test)
                .onFailure(fault -> LOG.atError().setCause(fault).log("registering again failed"))
                .onComplete(done -> repairing = false);
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
            node.bus().greetAgain();
            compare();
        }

        @Override
        public void merged() {
            repair("parts of the cluster merged");
            node.bus().greetAgain();
        }
    }
}
