package dev.orrery.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.orrery.cli.Context;
import dev.orrery.cli.Program;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands, endpoints and metrics that the documents name are those of the program. */
final class DocumentsTest {
    private static final Path CONTRACT = Path.of("src/main/resources/openapi.yaml");
    private static final List<Path> METRICS =
            List.of(
                    Path.of("src/main/java/dev/orrery/node/MasterMetrics.java"),
                    Path.of("src/main/java/dev/orrery/api/stream/StreamRoutes.java"));
    private static final Path API = Path.of("docs/api.md");
    private static final Path OPERATIONS = Path.of("docs/operations.md");

    private static final Pattern ENDPOINT =
            Pattern.compile("\\b(GET|POST|PUT|DELETE|PATCH) (/[\\w/.{}-]*)");

    /** What nodes say to each other, and the interfaces of other systems. */
    private static final Pattern OTHER_CONTRACT =
            Pattern.compile(" (/internal/|/orion/|/tasks$|/jobs(/\\{})?$)");

    private static final Pattern ADDRESS = Pattern.compile("\\$U(/[\\w/.-]*)");
    private static final Pattern COMMAND =
            Pattern.compile("(?<![\\w.])(?:bin/)?orrery ([a-z][a-z,]*)(?=[\\s`])");
    private static final Pattern CODE = Pattern.compile("(?s)```.*?\n```|`[^`\n]+`");
    private static final Pattern METER = Pattern.compile("\"(orrery\\.[a-z.]+)\"");
    private static final Pattern METRIC = Pattern.compile("`(orrery_[a-z_]+?)(?:_total)?[{`]");

    @Test
    void endpoint_standsInTheContract() throws IOException {
        Set<String> contract = contract();

        List<String> named =
                documents()
                        .flatMap(page -> all(ENDPOINT, page))
                        .map(found -> found.group(1) + " " + anonymous(found.group(2)))
                        .filter(endpoint -> !OTHER_CONTRACT.matcher(endpoint).find())
                        .toList();

        assertThat(named).isNotEmpty().allSatisfy(it -> assertThat(contract).contains(it));
    }

    @Test
    void endpointOfTheContract_standsOnThePage() throws IOException {
        String page = read(API);

        List<String> missing =
                contract().stream()
                        .map(endpoint -> endpoint.substring(endpoint.indexOf(' ') + 1))
                        .filter(path -> !anonymous(page).contains(path))
                        .toList();

        assertThat(missing).isEmpty();
    }

    @Test
    void addressInAnExample_isServed() throws IOException {
        List<Pattern> paths =
                contract().stream()
                        .map(endpoint -> endpoint.substring(endpoint.indexOf(' ') + 1))
                        .map(path -> Pattern.compile(path.replace("{}", "[^/]+")))
                        .toList();

        List<String> named =
                documents().flatMap(page -> all(ADDRESS, page)).map(it -> it.group(1)).toList();

        assertThat(named)
                .isNotEmpty()
                .allSatisfy(path ->
                        assertThat(paths).as(path).anyMatch(it -> it.matcher(path).matches()));
    }

    @Test
    void command_isOneOfTheProgram() {
        Set<String> known = commands();

        List<String> named =
                documents()
                        .flatMap(page -> all(CODE, page))
                        .flatMap(code -> all(COMMAND, code.group()))
                        .flatMap(found -> Stream.of(found.group(1).split(",")))
                        .toList();

        assertThat(named).isNotEmpty().allSatisfy(it -> assertThat(known).contains(it));
    }

    @Test
    void metric_isExportedUnderItsName() {
        Set<String> exported =
                METRICS.stream()
                        .flatMap(source -> all(METER, read(source)))
                        .map(found -> found.group(1).replace('.', '_'))
                        .collect(Collectors.toCollection(TreeSet::new));

        Set<String> named =
                all(METRIC, read(OPERATIONS))
                        .map(found -> found.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(named).isEqualTo(exported);
    }

    /** Method and path of every operation, its parameters without their names. */
    private static Set<String> contract() throws IOException {
        JsonNode paths = new YAMLMapper().readTree(CONTRACT.toFile()).path("paths");
        Set<String> endpoints = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            path.getValue()
                    .fieldNames()
                    .forEachRemaining(method ->
                            endpoints.add(
                                    method.toUpperCase(Locale.ROOT)
                                            + " "
                                            + anonymous(path.getKey())));
        }
        return endpoints;
    }

    private static String anonymous(String path) {
        return path.replaceAll("\\{\\w+}", "{}");
    }

    private static Set<String> commands() {
        Context context =
                Context.ofProcess((roles, settings) -> {
                    throw new AssertionError("no server is started here");
                });
        return Program.commandLine(context).getSubcommands().keySet();
    }

    private static Stream<String> documents() {
        try (Stream<Path> pages = Files.list(Path.of("docs"))) {
            List<Path> all =
                    new ArrayList<>(pages.filter(it -> it.toString().endsWith(".md")).toList());
            all.add(Path.of("README.md"));
            return all.stream().map(DocumentsTest::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
