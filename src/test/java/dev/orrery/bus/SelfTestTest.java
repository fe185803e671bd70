package dev.orrery.bus;

import static dev.orrery.bus.BusNodes.SOON;
import static dev.orrery.bus.BusNodes.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.multimap.MultiMap;

import dev.orrery.bus.SelfTest.Findings;
import dev.orrery.protocol.SchedulerReply;

import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Two nodes, of which the cluster loses the addresses of one. */
final class SelfTestTest {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Address WORK = new Address("test.work");

    @TempDir Path data;
    private final BusNodes nodes = new BusNodes();
    private BusNode one;
    private BusNode two;

    @BeforeEach
    void start() throws IOException {
        one = nodes.join(data);
        two = nodes.join(data);
    }

    @AfterEach
    void stop() throws IOException {
        nodes.close();
    }

    private static SelfTest test(BusNode node, List<Findings> found) throws Exception {
        SelfTest test = new SelfTest(node.vertx(), node.membership(), PAUSE, 1, found::add);
        await(test.ready());
        return test;
    }

    private static void deafen(BusNode node) {
        HazelcastClusterManager cluster =
                (HazelcastClusterManager) ((VertxInternal) node.vertx()).clusterManager();
        MultiMap<String, HazelcastRegistrationInfo> all =
                cluster.getHazelcastInstance().getMultiMap("__vertx.subs");
        for (Map.Entry<String, HazelcastRegistrationInfo> entry : all.entrySet()) {
            if (entry.getValue().unwrap().nodeId().equals(node.id())) {
                all.remove(entry.getKey(), entry.getValue());
            }
        }
    }

    @Test
    void nodeWhoseAddressesAreLost_isProvenDeafAndHearsAgainOnceRegisteredAgain() throws Exception {
        // given
        await(two.bus().serve(WORK, Future::succeededFuture).ready());
        List<Findings> found = new CopyOnWriteArrayList<>();
        test(one, new CopyOnWriteArrayList<>());
        SelfTest deaf = test(two, found);

        // when
        deafen(two);

        // then it is noticed, with proof
        await().atMost(SOON).until(() -> found.stream().anyMatch(it -> it.proofs() >= 2));
        assertThat(found).allMatch(it -> it.others() == 1);

        // and repaired
        await(two.bus().reregister());
        await(deaf.renew());
        int noticed = found.size();
        await(one.bus().request(WORK, new SchedulerReply.Done(), SOON));
        await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> found.size() <= noticed + 1);
    }

    @Test
    void silenceOfTheOther_isNoProof() throws Exception {
        List<Findings> found = new CopyOnWriteArrayList<>();

        test(one, found);

        await().atMost(SOON).until(() -> found.size() >= 3);
        assertThat(found).allMatch(it -> it.proofs() == 0 && it.others() == 1);
    }

    @Test
    void nodeThatIsAlone_provesNothing() throws Exception {
        List<Findings> found = new CopyOnWriteArrayList<>();
        nodes.stop(two);
        test(one, found);

        await().during(Duration.ofSeconds(1))
                .atMost(SOON)
                .until(() -> {
                    deafen(one);
                    return found.stream().allMatch(it -> it.proofs() == 0);
                });
    }
}
