package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.file.Path;

/** A second master, with a data directory of its own, in a cluster that has one. */
final class SecondMasterIT {
    private static final int EX_CANT_CREATE = 73;

    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);

    @Test
    void secondMaster_isRefusedAndTheFirstGoesOn() {
        // given a running task
        Api api = cluster.master();
        Program worker = cluster.alone("one");
        AttemptTrace trace = new AttemptTrace(stage.path("trace"));
        Path go = stage.path("go");
        String job = api.submitShell(trace.lineUntil(go));
        cluster.runningOn(api, job, 1);

        // when
        Program second =
                stage.java(
                        "master",
                        "-cluster",
                        "--port",
                        "0",
                        "--data",
                        stage.path("other").toString(),
                        "--join",
                        cluster.memberAddress());

        // then
        assertThat(second.exit()).isEqualTo(EX_CANT_CREATE);
        assertThat(second.err())
                .contains("this cluster has a master already")
                .contains(stage.path("data").toString());
        assertThat(second.out()).doesNotContain("READY");
        assertThat(stage.path("other").resolve("endpoint.json")).doesNotExist();
        stage.write("go", "");
        assertThat(api.awaitEnd(job).path("state").asText()).isEqualTo("SUCCEEDED");
        assertThat(trace.starts()).hasSize(1);
        assertThat(cluster.masterProgram().isAlive()).isTrue();
        assertThat(worker.isAlive()).isTrue();
    }
}
