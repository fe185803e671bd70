package dev.orrery.endtoend;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Chromium that looks at the page, and remembers every complaint that it heard. */
final class Browsing implements AutoCloseable {
    static final double PATIENCE_MILLIS = 40_000;

    private static final List<String> ARGUMENTS =
            List.of(
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync");
    private static final String HEAR_VIOLATIONS =
            """
            window.violations = [];
            addEventListener('securitypolicyviolation',
                (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));
            """;

    private final Playwright playwright;
    private final Browser browser;
    private final List<String> complaints = new ArrayList<>();

    Browsing() {
        playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser =
                playwright
                        .chromium()
                        .launch(
                                new BrowserType.LaunchOptions()
                                        .setExecutablePath(Path.of("/usr/bin/chromium"))
                                        .setArgs(ARGUMENTS));
    }

    /** A window of its own, signed in, at a place of the page. */
    Page open(URI server, String token, String place) {
        return open(server, token, place, 1280, 900);
    }

    Page open(URI server, String token, String place, int width, int height) {
        BrowserContext context =
                browser.newContext(new Browser.NewContextOptions().setViewportSize(width, height));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        context.addInitScript(HEAR_VIOLATIONS);
        context.addInitScript("sessionStorage.setItem('orrery.token', '" + token + "')");
        return show(context, server, place);
    }

    /** A window of somebody who has not said who they are. */
    Page openUnknown(URI server) {
        BrowserContext context = browser.newContext();
        context.setDefaultTimeout(PATIENCE_MILLIS);
        context.addInitScript(HEAR_VIOLATIONS);
        return show(context, server, "overview");
    }

    private Page show(BrowserContext context, URI server, String place) {
        Page page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.navigate(server + "/#/" + place);
        return page;
    }

    /** Faults of scripts and words of the console, since the last time this was asked. */
    List<String> complaints() {
        List<String> heard = List.copyOf(complaints);
        complaints.clear();
        return heard;
    }

    /** What the policy of the page forbade so far. */
    static List<?> violations(Page page) {
        return (List<?>) page.evaluate("window.violations");
    }

    static int nodes(Page page) {
        return (int) page.evaluate("document.querySelectorAll('*').length");
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
