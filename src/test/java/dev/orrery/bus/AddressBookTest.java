package dev.orrery.bus;

import static dev.orrery.bus.BusNodes.SOON;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.multimap.MultiMap;

import dev.orrery.model.WorkerId;

import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Two nodes, and what the cluster has of their addresses. */
final class AddressBookTest {

    private static final String WORK = "test.work";

    @TempDir Path data;
    private final BusNodes nodes = new BusNodes();
    private BusNode one;
    private BusNode two;

    @BeforeEach
    void start() throws Exception {
        one = nodes.join(data);
        two = nodes.join(data);
        for (BusNode node : List.of(one, two)) {
            node.bus()
                    .serve(new Address(WORK), Future::succeededFuture)
                    .ready()
                    .await(SOON.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @AfterEach
    void stop() throws IOException {
        nodes.close();
    }

    @Test
    void nothingIsMissing_ofNodesThatAreWell() {
        assertThat(book(one).compare()).isEqualTo(new AddressBook.Findings(Set.of(), 0, Set.of()));
        assertThat(book(two).compare()).isEqualTo(new AddressBook.Findings(Set.of(), 0, Set.of()));
    }

    @Test
    void lostAddresses_areMissingUntilRegisteredAgain() throws Exception {
        for (Map.Entry<String, HazelcastRegistrationInfo> entry : map().entrySet()) {
            if (entry.getValue().unwrap().nodeId().equals(two.id())) {
                map().remove(entry.getKey(), entry.getValue());
            }
        }

        assertThat(book(two).compare().missing()).contains(WORK);
        assertThat(book(one).compare().missing()).isEmpty();
        two.bus().reregister().await(SOON.toMillis(), TimeUnit.MILLISECONDS);

        assertThat(book(two).compare().missing()).isEmpty();
    }

    @Test
    void addressThatIsServedNoMore_isNotMissing() throws Exception {
        Bus.Registration other =
                two.bus().serve(new Address("test.other"), Future::succeededFuture);
        other.ready().await(SOON.toMillis(), TimeUnit.MILLISECONDS);
        other.close().await(SOON.toMillis(), TimeUnit.MILLISECONDS);

        assertThat(book(two).compare().missing()).isEmpty();
    }

    @Test
    void addressOfANodeThatIsGone_isTakenAwayAtTheSecondLook_byOneNode_andNoOther() {
        map().put(WORK, new HazelcastRegistrationInfo(new RegistrationInfo("gone", 1, false)));
        boolean isFirst = one.id().compareTo(two.id()) < 0;
        BusNode first = isFirst ? one : two;
        BusNode second = isFirst ? two : one;

        assertThat(book(first).compare().removed()).isZero();
        assertThat(book(second).compare().removed()).isZero();
        assertThat(book(second).compare().removed()).isZero();
        assertThat(map().get(WORK)).hasSize(3);
        assertThat(book(first).compare().removed()).isEqualTo(1);

        assertThat(map().get(WORK))
                .extracting(entry -> entry.unwrap().nodeId())
                .containsExactlyInAnyOrder(one.id(), two.id());
    }

    @Test
    void addressesOfANodeThatLeft_areGoneOrTakenAway() throws IOException {
        nodes.stop(two);

        await().atMost(SOON)
                .until(() -> {
                    book(one).compare();
                    return map().get(WORK).size() == 1;
                });
        assertThat(book(one).compare().missing()).isEmpty();
    }

    @Test
    void master_findsWhereWorkersTakeCommands() throws Exception {
        Address worker = Address.worker(new WorkerId("w1"), 7);
        for (Address place : List.of(worker, Address.SCHEDULER)) {
            two.bus()
                    .serve(place, Future::succeededFuture)
                    .ready()
                    .await(SOON.toMillis(), TimeUnit.MILLISECONDS);
        }

        assertThat(book(two).compare().workers()).containsExactly(worker);
        assertThat(book(one).compare().workers()).isEmpty();
    }

    private static AddressBook book(BusNode node) {
        return node.book().orElseThrow();
    }

    private MultiMap<String, HazelcastRegistrationInfo> map() {
        HazelcastClusterManager cluster =
                (HazelcastClusterManager) ((VertxInternal) one.vertx()).clusterManager();
        return cluster.getHazelcastInstance().getMultiMap("__vertx.subs");
    }
}
