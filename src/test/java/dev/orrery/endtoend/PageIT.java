package dev.orrery.endtoend;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.WaitForSelectorState;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The page in a browser, over one node with all roles. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PageIT {
    private static final String HOSTILE = "<img src=x onerror=alert(1)>";

    private static final List<String> PLACES =
            List.of("overview", "board", "tasks", "jobs", "schedules", "nodes", "submit");

    @RegisterExtension final Stage stage = new Stage();

    private Api api;
    private Browsing browsing;

    @BeforeAll
    void start() {
        Program server =
                stage.java(
                        "dev",
                        "--data",
                        stage.path("data").toString(),
                        "--port",
                        "0",
                        "--slots",
                        "2");
        server.ready();
        api = stage.api(server, "data");
        browsing = new Browsing();
    }

    @AfterAll
    void close() {
        browsing.close();
    }

    @Test
    void jobWithAFile_isSubmittedWatchedAndItsOutputTaken() throws IOException {
        // given the form with a line, a file and an output
        Page page = open("submit");
        page.locator("[name=command]").fill("tr a-z A-Z < words.txt | tee out.txt; echo done");
        page.locator("[name=name]").fill("shout");
        page.locator("[name=outputs]").fill("out.txt");
        byte[] words = "so be it\n".getBytes(StandardCharsets.UTF_8);
        page.locator("input[type=file]")
                .setInputFiles(new FilePayload("words.txt", "text/plain", words));

        // when it is sent, and nothing is loaded again
        page.evaluate("window.stayed = true");
        page.locator(".submit-bar .main").click();

        // then the job appears, runs and ends before our eyes
        assertThat(page.locator("h1 .state[data-state=SUCCEEDED]")).isVisible(patiently());
        assertThat(page.locator(".lines")).containsText("SO BE IT", patientText());
        page.locator("[data-file='out.txt']").waitFor();
        Download taken = page.waitForDownload(() -> page.locator("[data-file='out.txt']").click());
        assertThat(Files.readString(taken.path())).isEqualTo("SO BE IT\n");
        assertThat(page.evaluate("window.stayed")).isEqualTo(true);
        expectPeace(page);
    }

    @Test
    void hostileNamesAndOutput_areOnlyText() {
        String job =
                api.submit(
                        """
                        {"name": "%s", "labels": {"a": "%s"}, "outputs": ["*"],
                         "command": "printf '%%s\\n' '%s'; touch 'a<b>.html'; exit 1"}
                        """
                                .formatted(HOSTILE, HOSTILE, HOSTILE));
        api.awaitEnd(job);

        for (String place : List.of("overview", "board", "tasks", "jobs", "jobs/" + job)) {
            Page page = open(place);
            assertThat(page.locator("main").getByText(HOSTILE).first()).isAttached();
            assertThat(page.locator("main img")).hasCount(0);
            expectPeace(page);
        }
    }

    @Test
    void log_showsColoursAndIsSearched() {
        String job =
                api.submit(
                        """
                        {"command": "for i in $(seq 3000); do echo line $i; done;
                          printf '\\\\033[1;31malarm\\\\033[0m <i>\\\\n'"}
                        """
                                .replace("\n  ", " "));
        api.awaitEnd(job);
        Page page = open("jobs/" + job);

        Locator alarm = page.locator(".line .f1.bold");
        assertThat(alarm).hasText("alarm");
        assertThat(page.locator(".line [style]")).hasCount(0);
        assertThat(page.locator(".line").nth(200)).not().isAttached();

        page.locator("orrery-log [type=search]").fill("line 1234");
        assertThat(page.locator(".line.hit mark")).hasText("line 1234");
        assertThat(page.locator(".found")).hasText("1 of 1");
        assertThat(page.locator(".follow input")).not().isChecked();
        expectPeace(page);
    }

    @Test
    void report_standsByItselfAndRunsNothing() throws IOException {
        String job =
                api.submit(
                        """
                        {"name": "%s", "command": "echo '%s' >&2; exit 3"}
                        """
                                .formatted(HOSTILE, HOSTILE));
        api.awaitEnd(job);
        Page page = open("jobs/" + job);

        Download report = page.waitForDownload(() -> page.getByText("Report", exactly()).click());

        String text = Files.readString(report.path());
        assertThat(text).doesNotContain("<img").doesNotContain("<script").doesNotContain("src=");
        assertThat(text).contains("Timeline", "Utilisation", "Failures", "Logs' ends");
        assertThat(text).contains("default-src 'none'");
    }

    @Test
    void fault_isShownBesideItsField() {
        Page page = open("submit");
        page.locator("[name=command]").fill("true");
        page.locator("[name=timeout]").fill("soon");

        page.locator(".submit-bar .main").click();

        assertThat(page.locator("[data-field=timeout] .wrong")).isVisible(patiently());
        assertThat(page.locator("[name=timeout]")).isFocused();
        page.locator("[name=timeout]").fill("10s");
        assertThat(page.locator(".wrong")).hasCount(0);
        browsing.complaints();
    }

    @Test
    void viewer_isOfferedNoAction() {
        String viewer =
                api.post("/tokens", "{\"name\":\"looker\",\"role\":\"viewer\"}")
                        .json()
                        .path("token")
                        .asText();
        String job = api.submit("{\"command\": \"true\"}");
        api.awaitEnd(job);

        Page list = browsing.open(api.uri(), viewer, "jobs");
        list.locator("tr[data-job='" + job + "']").waitFor();
        assertThat(list.locator("main input[type=checkbox]")).hasCount(0);
        assertThat(list.locator(".nav a[href='#/submit']")).hasCount(0);
        Page one = browsing.open(api.uri(), viewer, "jobs/" + job);
        assertThat(one.locator("h1 .state")).isVisible(patiently());
        assertThat(one.getByText("Retry", exactly())).hasCount(0);
        Page nodes = browsing.open(api.uri(), viewer, "nodes");
        nodes.locator("[data-node]").first().waitFor();
        assertThat(nodes.getByText("Drain")).hasCount(0);
    }

    @Test
    void readOnlyMode_offersNoActionToAnAdministratorEither() {
        Page page = open("nodes");
        page.getByText("Drain").first().waitFor();

        page.locator("[aria-label='Read-only mode']").click();

        assertThat(page.getByText("Drain")).hasCount(0);
        assertThat(page.locator(".nav a[href='#/submit']")).hasCount(0);
    }

    @Test
    void keyboardAlone_leadsToAJob() {
        String job = api.submit("{\"name\": \"by-keys\", \"command\": \"true\"}");
        api.awaitEnd(job);
        Page page = open("overview");
        page.locator("h1").waitFor();

        page.keyboard().press("g");
        page.keyboard().press("j");
        page.locator("tr[data-job]").first().waitFor();
        page.keyboard().press("/");
        page.keyboard().type("by-keys");
        assertThat(page.locator("tr[data-job]")).hasCount(1, patientCount());
        page.keyboard().press("Escape");
        page.keyboard().press("j");
        page.keyboard().press("Enter");

        assertThat(page.locator("h1")).containsText("by-keys", patientText());
        assertThat(page.locator("h1")).isFocused();
    }

    @Test
    void unknownToken_isRefusedAndAskedForAgain() {
        Page page = browsing.openUnknown(api.uri());
        page.locator("#token").fill("orr_nobody");
        page.locator("#login button.main").click();

        assertThat(page.locator("#login .wrong")).isVisible(patiently());
        page.locator("#token").fill(api.token());
        page.locator("#login button.main").click();
        assertThat(page.locator("h1")).containsText("Overview", patientText());
        browsing.complaints();
    }

    @Test
    void narrowWindow_hasNoSidewaysScroll() {
        for (String place : PLACES) {
            Page page = browsing.open(api.uri(), api.token(), place, 390, 844);
            page.locator("main h1").waitFor();

            Object over = page.evaluate("document.documentElement.scrollWidth - innerWidth");

            assertThat((Integer) over).as(place).isLessThanOrEqualTo(0);
            expectPeace(page);
        }
    }

    @Test
    void everyView_hasContrastAndNames_inLightAndDark() {
        String job =
                api.submit("{\"command\": \"printf '\\\\033[31mred\\\\033[0m\\\\n'; exit 1\"}");
        api.awaitEnd(job);
        for (String place : Stream.concat(PLACES.stream(), Stream.of("jobs/" + job)).toList()) {
            Page page = open(place);
            page.locator("main h1").waitFor();
            page.locator("main .loading").first().waitFor(gone());
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));

                assertThat((List<?>) page.evaluate(PageAudit.FAINT_TEXTS))
                        .as("faint in %s, %s", place, scheme)
                        .isEmpty();
            }
            assertThat((List<?>) page.evaluate(PageAudit.NAMELESS_CONTROLS))
                    .as("nameless in %s", place)
                    .isEmpty();
            expectPeace(page);
        }
    }

    @Test
    void audit_findsWhatIsFaintOrNameless() {
        Page page = open("submit");
        page.locator("main h1").waitFor();
        page.evaluate(
                """
                for (const text of ['hardly', '']) {
                  const it = document.createElement('button');
                  it.textContent = text;
                  it.style.color = '#bbb';
                  it.style.background = '#fff';
                  document.querySelector('main').append(it);
                }
                """);

        assertThat((List<?>) page.evaluate(PageAudit.FAINT_TEXTS)).hasSize(1);
        assertThat((List<?>) page.evaluate(PageAudit.NAMELESS_CONTROLS)).hasSize(1);
        page.context().close();
    }

    @Test
    void copiedCommand_submitsTheSameAgain() throws Exception {
        String job =
                api.submit(
                        """
                        {"name": "it's $HOME \\"q\\" <b>", "labels": {"a": "x y"}, "priority": 7,
                         "env": {"WORD": "two words"}, "timeout": "1m30s", "retries": 2,
                         "command": ["printf", "%s|", "a b", "$(id)", "it's", "*", ""]}
                        """);
        api.awaitEnd(job);
        Page page = open("jobs/" + job);
        page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        page.getByText("Copy as CLI").click();
        page.locator(".notice").waitFor();
        String line = (String) page.evaluate("navigator.clipboard.readText()");
        expectPeace(page);

        Program shell =
                stage.shell(
                        line,
                        Map.of("ORRERY_SERVER", api.uri().toString(), "ORRERY_TOKEN", api.token()));

        assertThat(shell.exit()).as(shell::err).isZero();
        String again = api.get("/jobs/last").json().path("id").asText();
        assertThat(again).isNotEqualTo(job);
        assertThat(specification(again)).isEqualTo(specification(job));
    }

    private JsonNode specification(String job) {
        return api.get("/jobs/" + job).json().path("spec");
    }

    private Page open(String place) {
        return browsing.open(api.uri(), api.token(), place);
    }

    private void expectPeace(Page page) {
        assertThat(Browsing.violations(page)).isEmpty();
        assertThat(browsing.complaints()).isEmpty();
        page.context().close();
    }

    private static Page.GetByTextOptions exactly() {
        return new Page.GetByTextOptions().setExact(true);
    }

    private static Locator.WaitForOptions gone() {
        return new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED);
    }

    private static IsVisibleOptions patiently() {
        return new IsVisibleOptions().setTimeout(Browsing.PATIENCE_MILLIS);
    }

    private static ContainsTextOptions patientText() {
        return new ContainsTextOptions().setTimeout(Browsing.PATIENCE_MILLIS);
    }

    private static HasCountOptions patientCount() {
        return new HasCountOptions().setTimeout(Browsing.PATIENCE_MILLIS);
    }
}
