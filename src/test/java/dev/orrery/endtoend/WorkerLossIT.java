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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A worker's JVM dies, freezes or is stopped while it runs a task. */
final class WorkerLossIT {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerLossIT.class);

    @RegisterExtension final Stage stage = new Stage();

    private final Cluster cluster = new Cluster(stage);

    @Test
    void killedUnderASupervisor_comesBackAndTheTaskRunsAgain() {
        // given
        Api api = cluster.master();
        Map<String, Program> workers =
                Map.of("one", cluster.supervised("one"), "two", cluster.supervised("two"));
        AttemptTrace trace = new AttemptTrace(stage.path("trace"));
        String job = api.submitShell(trace.line(3));
        String worker = cluster.runningOn(api, job, 1);

        // when
        Program lost = running(workers, worker);
        Instant killedAt = Instant.now();
        Processes.signal("KILL", lost.javaPid());

        // then
        assertSecondAttemptAlone(api, job, trace, killedAt);
        lost.ready(2);
        assertThat(lost.err()).contains("worker restarted after exit 137");
    }

    @Test
    void killedWithoutASupervisor_losesItsLeaseAndTheTaskRunsElsewhere() {
        // given workers with directories of their own, that join by address
        cluster.quickLeases();
        Api api = cluster.master();
        String join = cluster.memberAddress();
        Map<String, Program> workers =
                Map.of(
                        "one", cluster.alone("one", "data-one", join),
                        "two", cluster.alone("two", "data-two", join));
        AttemptTrace trace = new AttemptTrace(stage.path("trace"));
        String job = api.submitShell(trace.line(3));
        String worker = cluster.runningOn(api, job, 1);

        // when
        Instant killedAt = Instant.now();
        running(workers, worker).kill();

        // then
        assertSecondAttemptAlone(api, job, trace, killedAt);
        assertThat(trace.starts().getLast().worker()).isNotEqualTo(worker);
    }

    private static void assertSecondAttemptAlone(
            Api api, String job, AttemptTrace trace, Instant killedAt) {
        JsonNode ended = api.awaitEnd(job);
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(ended.path("attempt").asInt()).isEqualTo(2);
        assertThat(trace.stops()).containsExactly("stop 2");
        List<AttemptTrace.Start> starts = trace.starts();
        assertThat(starts).extracting(AttemptTrace.Start::attempt).containsExactly(1, 2);
        assertThat(starts.get(1).othersAlive()).isZero();
        Instant startedAt = Instant.EPOCH.plusNanos(starts.get(1).epochNanos());
        Duration pause = Duration.between(killedAt, startedAt);
        LOG.atWarn().log("from the kill to the second attempt: " + pause);
        assertThat(terminalEvents(api, job)).hasSize(1);
        assertThat(Processes.withArgument(trace.mark())).isEmpty();
    }

    private static List<JsonNode> terminalEvents(Api api, String job) {
        return Events.durable(api, "jobs." + job, 0).stream()
                .filter(event -> event.path("terminal").asBoolean())
                .toList();
    }

    @Test
    void frozenBeyondItsLease_killsItsTaskWhenItWakes() {
        // given
        cluster.quickLeases();
        Api api = cluster.master();
        Map<String, Program> workers =
                Map.of("one", cluster.alone("one"), "two", cluster.alone("two"));
        AttemptTrace trace = new AttemptTrace(stage.path("trace"));
        Path go = stage.path("go");
        String job = api.submitShell(trace.lineUntil(go));
        String worker = cluster.runningOn(api, job, 1);

        // when it sleeps until the task runs elsewhere
        Program frozen = running(workers, worker);
        Processes.signal("STOP", frozen.pid());
        String other = cluster.runningOn(api, job, 2);
        Processes.signal("CONT", frozen.pid());
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Processes.withEnvironment(job + ".0.1").isEmpty());
        stage.write("go", "");

        // then
        JsonNode ended = api.awaitEnd(job);
        assertThat(other).isNotEqualTo(worker);
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(ended.path("attempt").asInt()).isEqualTo(2);
        assertThat(trace.stops()).containsExactly("stop 2");
        assertThat(terminalEvents(api, job)).hasSize(1);
        assertThat(Processes.withArgument(trace.mark())).isEmpty();
        assertThat(frozen.isAlive()).isTrue();
    }

    @Test
    void lateReportOfAFrozenWorker_hasNoEffect() {
        // given a task whose second attempt waits until the first one has been reported
        cluster.quickLeases();
        Api api = cluster.master();
        Map<String, Program> workers =
                Map.of("one", cluster.alone("one"), "two", cluster.alone("two"));
        String go = stage.path("go").toString();
        String begin = stage.path("begin").toString();
        String job =
                api.submitShell(
                        "[ $ORRERY_ATTEMPT = 1 ] && { until [ -e "
                                + begin
                                + " ]; do sleep 0.05; done;"
                                + " exit 5; }; until [ -e "
                                + go
                                + " ]; do sleep 0.05; done");
        String worker = cluster.runningOn(api, job, 1);

        // when the first attempt ends while its worker is frozen
        Program frozen = running(workers, worker);
        Processes.signal("STOP", frozen.pid());
        stage.write("begin", "");
        cluster.runningOn(api, job, 2);
        Processes.signal("CONT", frozen.pid());
        cluster.awaitNode(api, worker, "READY");
        stage.write("go", "");

        // then
        JsonNode ended = api.awaitEnd(job);
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(ended.path("attempt").asInt()).isEqualTo(2);
        assertThat(ended.path("attempts").path(0).has("exitCode")).isFalse();
        assertThat(terminalEvents(api, job)).hasSize(1);
    }

    @Test
    void terminated_letsItsTaskEnd() {
        Api api = cluster.master();
        Program worker = cluster.supervised("one");
        AttemptTrace trace = new AttemptTrace(stage.path("trace"));
        String job = api.submitShell(trace.line(2));
        cluster.runningOn(api, job, 1);

        int exit = worker.terminate();

        assertThat(exit).isZero();
        JsonNode ended = api.job(job);
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(ended.path("attempt").asInt()).isEqualTo(1);
        assertThat(trace.stops()).containsExactly("stop 1");
    }

    private static Program running(Map<String, Program> workers, String name) {
        return Optional.ofNullable(workers.get(name)).orElseThrow();
    }
}
