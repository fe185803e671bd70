package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.file.Path;
import java.time.Duration;

/** A worker whose addresses the cluster has lost, while it is a member all the same. */
final class DeafBusIT {
    private static final int EX_FAULT = 75;
    private static final Duration REPAIRED = Duration.ofSeconds(30);
    private static final Duration GIVEN_UP = Duration.ofMinutes(2);

    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);
    private final Mischief mischief = new Mischief(stage);
    private final Path order = stage.path("order");

    private Program deafWorker() {
        return mischief.deaf(order, "worker", "--name", "deaf", "--slots", "1").ready();
    }

    @Test
    void deafness_isNoticedAndRepaired() {
        // given
        Api api = cluster.master();
        Program worker = deafWorker();
        cluster.awaitNode(api, "deaf", "READY");

        // when
        stage.write("order", "once");

        // then
        await().atMost(REPAIRED)
                .until(() ->
                        (worker.out() + worker.err())
                                .contains("registering the bus addresses again"));
        assertThat(api.awaitEnd(api.submitShell("true")).path("state").asText())
                .isEqualTo("SUCCEEDED");
        assertThat(worker.isAlive()).isTrue();
        assertThat(cluster.masterProgram().isAlive()).isTrue();
    }

    @Test
    void deafnessThatLasts_endsTheNodeForItsSupervisor_andNoOther() {
        // given
        Api api = cluster.master();
        Program worker = deafWorker();
        Program other = cluster.alone("other");
        cluster.awaitNode(api, "deaf", "READY");

        // when
        stage.write("order", "always");

        // then
        await().atMost(GIVEN_UP).until(() -> !worker.isAlive());
        assertThat(worker.exit()).isEqualTo(EX_FAULT);
        assertThat(worker.out() + worker.err()).contains("the bus stays deaf");
        assertThat(other.isAlive()).isTrue();
        assertThat(api.awaitEnd(api.submitShell("true")).path("state").asText())
                .isEqualTo("SUCCEEDED");
    }
}
