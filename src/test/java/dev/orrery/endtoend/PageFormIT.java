package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What is dropped on the page, copied from it, and how wide it is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PageFormIT {
    private static final List<String> PLACES =
            List.of("overview", "board", "tasks", "jobs", "schedules", "nodes", "submit");

    @RegisterExtension final Stage stage = new Stage();

    private Api api;
    private Browsing browsing;

    @BeforeAll
    void start() {
        String data = stage.path("data").toString();
        Program server = stage.java("dev", "--data", data, "--port", "0", "--slots", "2");
        server.ready();
        api = stage.api(server, "data");
        browsing = new Browsing();
    }

    @AfterAll
    void close() {
        browsing.close();
    }

    /** The upload is far larger than a socket's buffers, so that it passes some point half way. */
    @Test
    void droppedFile_isUploadedBeforeOurEyes() {
        Page page = browsing.open(api.uri(), api.token(), "submit");
        page.locator("[name=command]").fill("wc -c < big.bin");
        page.evaluate(
                """
                () => {
                    window.sending = [];
                    const all = {subtree: true, childList: true, characterData: true};
                    new MutationObserver(() => {
                        const seen = document.querySelector('.sending');
                        if (seen) sending.push(seen.textContent);
                    }).observe(document.body, all);
                    const carried = new DataTransfer();
                    carried.items.add(new File([new Uint8Array(32 << 20)], 'big.bin'));
                    const drop = {dataTransfer: carried, bubbles: true, cancelable: true};
                    document.querySelector('.drop').dispatchEvent(new DragEvent('drop', drop));
                }
                """);
        page.getByText("big.bin").first().waitFor();

        page.locator(".submit-bar .main").click();

        page.locator("h1 .state[data-state=SUCCEEDED]").waitFor();
        assertThat((List<?>) page.evaluate("window.sending")).isNotEmpty();
        String job = api.get("/jobs/last").json().path("id").asText();
        assertThat(api.get("/jobs/" + job + "/logs").text()).contains("33554432");
        page.context().close();
    }

    @Test
    void copiedCurl_submitsAJobThatSucceeds() {
        String job = api.submit("{\"name\": \"it's\", \"command\": [\"printf\", \"$(id)\"]}");
        api.awaitEnd(job);

        JsonNode again = runCopiedCurl(job);

        assertThat(again.path("state").asText()).isEqualTo("SUCCEEDED");
    }

    @Test
    void copiedCurlWithFiles_submitsThemAgain() {
        String line = "{\"command\": \"cat in.txt; test \\\"a;b\\\" = 'a;b'\"}";
        Form form = new Form().json(line).file("in.txt", "one\n".getBytes(StandardCharsets.UTF_8));
        String job = api.postForm(form).json().path("id").asText();
        api.awaitEnd(job);
        stage.write("in.txt", "two\n");

        JsonNode again = runCopiedCurl(job);

        assertThat(again.path("state").asText()).as(again.toString()).isEqualTo("SUCCEEDED");
        assertThat(api.get("/jobs/" + again.path("id").asText() + "/logs").text()).contains("two");
    }

    private JsonNode runCopiedCurl(String job) {
        Page page = browsing.open(api.uri(), api.token(), "jobs/" + job);
        page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        page.getByText("Copy as curl").click();
        page.locator(".notice").waitFor();
        String line = (String) page.evaluate("navigator.clipboard.readText()");
        page.context().close();

        String there = "cd " + stage.path("in.txt").getParent() + "; ";
        Program shell = stage.shell(there + line, Map.of("ORRERY_TOKEN", api.token()));

        assertThat(shell.exit()).as(shell::err).isZero();
        String again = api.get("/jobs/last").json().path("id").asText();
        assertThat(again).as(line).isNotEqualTo(job);
        return api.awaitEnd(again);
    }

    @Test
    void noView_scrollsSideways() {
        for (int width : List.of(390, 2560)) {
            for (String place : PLACES) {
                Page page = browsing.open(api.uri(), api.token(), place, width, 1200);
                page.locator("main h1").waitFor();

                Object over =
                        page.evaluate(
                                "document.scrollingElement.scrollWidth"
                                        + " - document.scrollingElement.clientWidth");

                assertThat((Integer) over).as("%s at %d", place, width).isLessThanOrEqualTo(0);
                page.context().close();
            }
        }
    }
}
