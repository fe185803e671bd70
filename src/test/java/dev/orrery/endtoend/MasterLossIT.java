package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A master dies, stops or freezes while a worker elsewhere runs a task. */
final class MasterLossIT {
    private static final Logger LOG = LoggerFactory.getLogger(MasterLossIT.class);
    private static final Duration FROZEN = Duration.ofSeconds(4);

    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);

    @Test
    void killed_leavesTheTaskRunningAndItsSuccessorAdoptsIt() {
        Program worker = startWith();
        Api api = stage.api(cluster.masterProgram(), "data");

        assertTaskOutlives(api, worker, () -> cluster.masterProgram().kill());
    }

    @Test
    void terminated_leavesTheTaskRunningAndItsSuccessorAdoptsIt() {
        Program worker = startWith();
        Api api = stage.api(cluster.masterProgram(), "data");

        assertTaskOutlives(
                api, worker, () -> assertThat(cluster.masterProgram().terminate()).isZero());
    }

    private Program startWith() {
        cluster.master();
        return cluster.alone("one");
    }

    private void assertTaskOutlives(Api before, Program worker, Runnable end) {
        // given a running task, and one behind it
        AttemptTrace trace = new AttemptTrace(stage.path("trace"));
        Path go = stage.path("go");
        String job = before.submitShell(trace.lineUntil(go) + "\necho printed at last");
        cluster.runningOn(before, job, 1);
        AttemptTrace traceBehind = new AttemptTrace(stage.path("trace-behind"));
        String behind = before.submitShell(traceBehind.line(0.1));

        // when
        end.run();
        Api after = cluster.master();
        Instant readyAt = Instant.now();

        // then
        cluster.awaitNode(after, "one", "READY");
        Duration adoption = Duration.between(readyAt, Instant.now());
        LOG.atWarn().log("from READY to the worker adopted: " + adoption);
        assertThat(after.job(job).path("state").asText()).isEqualTo("RUNNING");
        stage.write("go", "");
        assertSucceededAtOnce(after, job, trace);
        assertThat(after.stdout(job)).isEqualTo("printed at last\n");
        assertSucceededAtOnce(after, behind, traceBehind);
        assertThat(worker.isAlive()).isTrue();
    }

    private static void assertSucceededAtOnce(Api api, String job, AttemptTrace trace) {
        JsonNode ended = api.awaitEnd(job);
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(ended.path("attempt").asInt()).isEqualTo(1);
        assertThat(ended.path("attempts")).hasSize(1);
        assertThat(trace.starts()).hasSize(1);
        assertThat(trace.stops()).containsExactly("stop 1");
    }

    @Test
    void frozenForAWhile_losesNothing() {
        // given
        Api api = cluster.master();
        cluster.alone("one");
        List<String> jobs = new ArrayList<>();
        List<AttemptTrace> traces = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            AttemptTrace trace = new AttemptTrace(stage.path("trace-" + i + ".txt"));
            traces.add(trace);
            jobs.add(api.submitShell(trace.line(0.3)));
        }
        cluster.runningOn(api, jobs.get(2), 1);

        // when
        Processes.signal("STOP", cluster.masterProgram().pid());
        await().pollDelay(FROZEN).atMost(FROZEN.multipliedBy(2)).until(() -> true);
        Processes.signal("CONT", cluster.masterProgram().pid());

        // then
        for (int i = 0; i < jobs.size(); i++) {
            assertSucceededAtOnce(api, jobs.get(i), traces.get(i));
        }
        assertThat(cluster.masterProgram().isAlive()).isTrue();
    }
}
