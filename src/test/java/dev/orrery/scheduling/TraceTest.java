package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Golden traces: each file is a script whose indented lines are what the scheduler decided. {@code
 * -Drewrite=true} writes these lines anew, to be read before they are committed.
 */
final class TraceTest {

    private static final Path TRACES = Path.of("src/test/resources/scheduling/traces");

    static Stream<Path> traces() throws IOException {
        try (Stream<Path> files = Files.list(TRACES)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("traces")
    void script_decidesAsWritten(Path file) throws IOException {
        List<String> written = Files.readAllLines(file);

        List<String> played = play(written);

        if (Boolean.getBoolean("rewrite")) {
            Files.write(file, played);
        } else {
            assertThat(String.join("\n", played)).isEqualTo(String.join("\n", written));
        }
    }

    private static List<String> play(List<String> written) {
        Stage stage = new Stage();
        List<String> played = new ArrayList<>();
        for (String line : written) {
            if (line.startsWith("  ")) {
                continue;
            }
            played.add(line);
            if (!line.isBlank() && !line.startsWith("#")) {
                stage.take(line).forEach(decided -> played.add("  " + decided));
            }
        }
        return played;
    }
}
