package dev.orrery.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** The page while very much happens, and while a worker dies. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BusyPageIT {
    private static final int TASKS = 100_000;
    private static final int IN_FLIGHT = 256;
    private static final int NODES_MAX = 5_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @RegisterExtension final Stage stage = new Stage();

    private Browsing browsing;

    @BeforeAll
    void start() {
        browsing = new Browsing();
    }

    @AfterAll
    void close() {
        browsing.close();
    }

    @Test
    void hundredThousandTasks_leaveThePageBounded() {
        // given a node whose tasks are no processes, and each view in a window
        String conf =
                stage.write(
                                "empty.yaml",
                                "worker:\n  executor: dev.orrery.execution.EmptyExecutor\n")
                        .toString();
        Program server =
                stage.java(
                        "dev",
                        "--data",
                        stage.path("busy").toString(),
                        "--port",
                        "0",
                        "--slots",
                        "2",
                        "--conf",
                        conf);
        server.ready();
        Api api = stage.api(server, "busy");
        List<Page> pages = new ArrayList<>();
        for (String place : List.of("overview", "board", "tasks", "jobs")) {
            Page page = browsing.open(api.uri(), api.token(), place);
            page.locator("main h1").waitFor();
            pages.add(page);
        }

        // when
        submit(api, TASKS);

        // then
        await().atMost(PATIENCE).until(() -> succeeded(api) == TASKS);
        for (Page page : pages) {
            assertThat(Browsing.nodes(page)).as(page.url()).isLessThan(NODES_MAX);
            assertThat(Browsing.violations(page)).isEmpty();
        }
        assertThat(browsing.complaints()).isEmpty();
        Page overview = pages.getFirst();
        assertThat(overview.locator(".tally a[href='#/jobs?state=SUCCEEDED']"))
                .hasText(
                        "100,000",
                        new com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions()
                                .setTimeout(Browsing.PATIENCE_MILLIS));
        pages.forEach(page -> page.context().close());
        server.terminate();
    }

    @Test
    void killedWorker_isSeenAndItsTaskRunsAgain() {
        // given a task on a worker that will die
        Cluster cluster = new Cluster(stage);
        cluster.quickLeases();
        Api api = cluster.master();
        Program doomed = cluster.alone("doomed");
        Page page = browsing.open(api.uri(), api.token(), "nodes");
        assertThat(page.locator("[data-node=doomed] .pill.good")).isVisible(patiently());
        String job = api.submit("{\"name\": \"survivor\", \"command\": \"sleep 600\"}");
        cluster.runningOn(api, job, 1);

        // when
        doomed.kill();
        cluster.alone("heir");

        // then, without a reload
        assertThat(page.locator("[data-node=doomed].lost")).isVisible(patiently());
        assertThat(page.locator("[data-node=heir] .pill.good")).isVisible(patiently());
        page.evaluate("location.hash = '#/jobs/" + job + "'");
        assertThat(page.locator("h1 .state[data-state=RUNNING]")).isVisible(patiently());
        assertThat(page.locator(".life-name small").getByText("heir")).isVisible(patiently());
        page.context().close();
    }

    private static void submit(Api api, int tasks) {
        Semaphore free = new Semaphore(IN_FLIGHT);
        HttpRequest request =
                api.request("/api/v1/jobs")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"command\":[\"nothing\"]}"))
                        .build();
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            free.acquireUninterruptibly();
            answers.add(
                    api.http()
                            .sendAsync(request, HttpResponse.BodyHandlers.discarding())
                            .whenComplete((answer, fault) -> free.release())
                            .thenApply(HttpResponse::statusCode));
        }
        assertThat(answers.stream().map(CompletableFuture::join)).containsOnly(201);
    }

    private static long succeeded(Api api) {
        return api.get("/cluster").json().path("tasks").path("succeeded").asLong();
    }

    private static IsVisibleOptions patiently() {
        return new IsVisibleOptions().setTimeout(Browsing.PATIENCE_MILLIS);
    }
}
