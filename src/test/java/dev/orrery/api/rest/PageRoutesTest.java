package dev.orrery.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.api.Answer;
import dev.orrery.api.ApiFixture;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of the page: all there, none of somebody else's in the tree, and nothing inline. */
final class PageRoutesTest {
    private static final Pattern IMPORT = Pattern.compile("(?:import|from)\\s*\\(?\"([^\"]+)\"");

    private static ApiFixture api;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        api = new ApiFixture(data, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        api.close();
    }

    @Test
    void importMap_isAdmittedByItsChecksumAndLeadsToFiles() throws Exception {
        Answer page = api.get("/");
        String policy = page.header("content-security-policy");

        assertThat(policy).contains("script-src 'self' 'sha256-").doesNotContain("unsafe");
        assertThat(policy).isEqualTo(PageRoutes.policy(page.body()));
        for (String target : targets(page.body())) {
            assertThat(api.get("/" + target).status()).as(target).isEqualTo(200);
        }
    }

    @Test
    void everyImport_leadsToAFileOfOursOrOfTheMap() throws Exception {
        String map = Files.readString(Path.of("webroot/index.html"));
        for (Path module : modules()) {
            Matcher found = IMPORT.matcher(Files.readString(module));
            while (found.find()) {
                String name = found.group(1);
                assertThat(leadsSomewhere(module, name, map)).as("%s in %s", name, module).isTrue();
            }
        }
    }

    @Test
    void markup_holdsNoScriptOrStyleOfItsOwn() throws Exception {
        for (Path module : modules()) {
            String text = Files.readString(module);
            boolean isReport = module.endsWith("report.js");

            assertThat(text).as("%s", module).doesNotContain("innerHTML", "unsafeHTML", "eval(");
            if (!isReport) {
                assertThat(text).as("%s", module).doesNotContain(" style=", "<style", "<script");
            }
        }
    }

    @Test
    void file_isCompressedForWhoTakesIt() throws Exception {
        Answer plain = api.get("/style.css");
        Answer packed = api.send(api.request("/style.css").header("accept-encoding", "gzip"));

        assertThat(packed.header("content-encoding")).isEqualTo("gzip");
        assertThat(packed.header("etag")).isNotEqualTo(plain.header("etag"));
    }

    private static boolean leadsSomewhere(Path module, String name, String map) {
        if (name.startsWith(".")) {
            return Files.isRegularFile(module.resolveSibling(name).normalize());
        }
        String served = "/lib/" + name;
        return map.contains('"' + name + '"')
                || PageLibraries.FILES.stream().anyMatch(file -> file.path().equals(served));
    }

    private static List<Path> modules() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("webroot/js"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static List<String> targets(String page) {
        return Pattern.compile("\"\\./(lib/[^\"]+\\.js)\"")
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
