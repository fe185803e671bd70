import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.imageio.ImageIO;

/**
 * Looks at the page with a browser.
 *
 * <pre>
 *   java View.java pictures URI TOKEN FOLDER JOB [VIEW…]   every view in two widths and two schemes
 *   java View.java frames URI TOKEN SECONDS VIEW           how long frames take while work goes on
 *   java View.java first URI TOKEN                         bytes and time of the first view
 * </pre>
 */
public final class View {
    private static final List<String> BROWSER =
            List.of(
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync");
    private static final int COLOURS = 256;
    private static final int FREQUENT = 140;

    private final String server;
    private final String token;

    private View(String server, String token) {
        this.server = server;
        this.token = token;
    }

    public static void main(String[] args) throws Exception {
        View page = new View(args[1].replaceAll("/$", ""), args[2]);
        try (Playwright playwright = Playwright.create();
                Browser browser =
                        playwright
                                .chromium()
                                .launch(
                                        new BrowserType.LaunchOptions()
                                                .setExecutablePath(Path.of("/usr/bin/chromium"))
                                                .setArgs(BROWSER))) {
            switch (args[0]) {
                case "pictures" -> page.pictures(browser, Path.of(args[3]), args);
                case "frames" -> page.frames(browser, Integer.parseInt(args[3]), args[4]);
                case "first" -> page.first(browser);
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }

    private Page open(Browser browser, int width, int height, ColorScheme scheme, String place) {
        BrowserContext context =
                browser.newContext(
                        new Browser.NewContextOptions()
                                .setViewportSize(width, height)
                                .setColorScheme(scheme)
                                .setReducedMotion(
                                        com.microsoft.playwright.options.ReducedMotion.REDUCE));
        context.addInitScript("sessionStorage.setItem('orrery.token', '" + token + "')");
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                System.err.println("# console: " + message.text() + " " + message.location());
            }
        });
        page.onPageError(error -> System.err.println("# page: " + error));
        page.navigate(server + "/#/" + place);
        return page;
    }

    private void pictures(Browser browser, Path folder, String[] args) throws Exception {
        Files.createDirectories(folder);
        Map<String, String> views = new java.util.LinkedHashMap<>();
        List.of("overview", "board", "tasks", "jobs", "nodes", "submit")
                .forEach(view -> views.put(view, view));
        views.put("job", "jobs/" + args[4]);
        views.put("login", "overview");
        List<String> wanted = List.of(args).subList(5, args.length);
        for (int width : new int[] {1440, 390}) {
            for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                for (var view : views.entrySet()) {
                    if (wanted.isEmpty() || wanted.contains(view.getKey())) {
                        picture(browser, folder, width, scheme, view.getKey(), view.getValue());
                    }
                }
            }
        }
    }

    private void picture(
            Browser browser, Path folder, int width, ColorScheme scheme, String view, String place)
            throws Exception {
        Page page = open(browser, width, width < 500 ? 844 : 900, scheme, place);
        page.waitForSelector("main h1");
        awaitContent(page);
        if (view.equals("login")) {
            page.click("[aria-label='Forget the token']");
        }
        page.waitForTimeout(700);
        Object over =
                page.evaluate("document.documentElement.scrollWidth - innerWidth");
        if (((Number) over).intValue() > 0) {
            System.err.println("# " + view + " at " + width + " is too wide by " + over);
        }
        String name = view + "-" + width + "-" + scheme.name().toLowerCase(Locale.ROOT) + ".png";
        byte[] png =
                page.screenshot(new Page.ScreenshotOptions().setFullPage(false));
        write(ImageIO.read(new ByteArrayInputStream(png)), folder.resolve(name));
        System.out.println(name + " " + Files.size(folder.resolve(name)));
        page.context().close();
    }

    /** A strict policy forbids what waitForFunction does. */
    private static void awaitContent(Page page) {
        page.waitForSelector("main h1");
        page.locator("main .loading")
                .first()
                .waitFor(
                        new com.microsoft.playwright.Locator.WaitForOptions()
                                .setState(
                                        com.microsoft.playwright.options.WaitForSelectorState
                                                .DETACHED));
    }

    /** Flat pictures have few colours: the most frequent ones as a palette make a small file. */
    private static void write(BufferedImage image, Path file) throws Exception {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                counts.merge(image.getRGB(x, y) & 0xffffff, 1, Integer::sum);
            }
        }
        int[] palette = palette(counts);
        Map<Integer, Integer> nearest = new HashMap<>();
        IndexColorModel model =
                new IndexColorModel(
                        8, palette.length, palette, 0, false, -1, java.awt.image.DataBuffer.TYPE_BYTE);
        BufferedImage small =
                new BufferedImage(
                        image.getWidth(),
                        image.getHeight(),
                        BufferedImage.TYPE_BYTE_INDEXED,
                        model);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y) & 0xffffff;
                int index = nearest.computeIfAbsent(rgb, colour -> nearest(palette, colour));
                small.getRaster().setSample(x, y, 0, index);
            }
        }
        ImageIO.write(small, "png", file.toFile());
    }

    /** The most frequent colours, and then those that lie farthest from the ones chosen. */
    private static int[] palette(Map<Integer, Integer> counts) {
        List<Integer> colours =
                counts.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                        .map(Map.Entry::getKey)
                        .toList();
        int size = Math.min(COLOURS, colours.size());
        int[] palette = new int[size];
        int frequent = Math.min(size, FREQUENT);
        double[] distance = new double[colours.size()];
        java.util.Arrays.fill(distance, Double.MAX_VALUE);
        for (int chosen = 0; chosen < size; chosen++) {
            int next = chosen < frequent ? chosen : 0;
            for (int i = 0; chosen >= frequent && i < distance.length; i++) {
                next = distance[i] > distance[next] ? i : next;
            }
            palette[chosen] = colours.get(next);
            for (int i = 0; i < distance.length; i++) {
                double far = distance(palette[chosen], colours.get(i));
                distance[i] = Math.min(distance[i], far * Math.sqrt(counts.get(colours.get(i))));
            }
        }
        return palette;
    }

    private static int distance(int one, int other) {
        int red = (one >> 16 & 255) - (other >> 16 & 255);
        int green = (one >> 8 & 255) - (other >> 8 & 255);
        int blue = (one & 255) - (other & 255);
        return red * red + green * green + blue * blue;
    }

    private static int nearest(int[] palette, int colour) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < palette.length; i++) {
            int distance = distance(palette[i], colour);
            if (distance < least) {
                least = distance;
                best = i;
            }
        }
        return best;
    }

    /** The times between frames, as the page itself sees them. */
    private void frames(Browser browser, int seconds, String view) {
        Page page = open(browser, 1440, 900, ColorScheme.LIGHT, view);
        page.waitForSelector("main h1");
        page.evaluate(
                "window.frames_ = []; let last = performance.now();"
                        + " (function tick(now) { frames_.push(now - last); last = now;"
                        + " requestAnimationFrame(tick); })(last)");
        page.waitForTimeout(seconds * 1000.0);
        @SuppressWarnings("unchecked")
        Map<String, Object> told =
                (Map<String, Object>)
                        page.evaluate(
                                "(() => { const f = frames_.slice(1).sort((a, b) => a - b);"
                                        + " return { n: f.length, p50: f[f.length >> 1],"
                                        + " p99: f[Math.floor(f.length * .99)], max: f.at(-1),"
                                        + " nodes: document.querySelectorAll('*').length,"
                                        + " heap: performance.memory?.usedJSHeapSize ?? 0 } })()");
        System.out.println("page frames-" + view + " " + told);
    }

    private void first(Browser browser) {
        for (int i = 0; i < 3; i++) {
            Page page = open(browser, 1440, 900, ColorScheme.LIGHT, "overview");
            awaitContent(page);
            page.waitForSelector("canvas[style]");
            System.out.println(
                    "page first "
                            + page.evaluate(
                                    "(() => { const all = performance.getEntriesByType('resource')"
                                            + ".concat(performance.getEntriesByType('navigation'));"
                                            + " return { files: all.length,"
                                            + " bytes: all.reduce((n, e) => n + e.transferSize, 0),"
                                            + " rawBytes: all.reduce((n, e) => n + e.decodedBodySize, 0),"
                                            + " millis: performance.now() } })()"));
            page.context().close();
        }
    }
}
