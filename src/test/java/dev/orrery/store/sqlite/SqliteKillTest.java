package dev.orrery.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.Histories;
import dev.orrery.store.StoreException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Promise 1: what a commit returned for is there after {@code kill -9} at any moment. */
final class SqliteKillTest {

    private static final int KILLS = 4;

    private final SplittableRandom random = new SplittableRandom(23);
    private final Map<JobId, Long> acknowledged = new HashMap<>();

    @TempDir private Path data;

    @Test
    void killedAtAnyMoment_keepsEveryAcknowledgedEvent() throws Exception {
        long number = 1;
        for (int kill = 0; kill < KILLS; kill++) {
            commitAndKill(1 + random.nextInt(150), number);

            try (SqliteStore store = open()) {
                assertHistoriesAreWhole(store);
                number = store.load().numbers().getOrDefault(Namespace.DEFAULT, 0L) + 1;
            }
        }
        assertThat(acknowledged).hasSizeGreaterThan(KILLS);
    }

    private void commitAndKill(int lines, long number) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CommittingProcess.class.getName(),
                                data.toString(),
                                Long.toString(random.nextLong()),
                                Long.toString(number))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (BufferedReader output =
                new BufferedReader(process.inputReader(StandardCharsets.US_ASCII), 1 << 16)) {
            for (int line = 0; line < lines; line++) {
                acknowledge(output.readLine());
            }
            // The handle leaves the output open, of which some may not be read yet.
            process.toHandle().destroyForcibly();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                acknowledge(line);
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(128 + 9);
    }

    private void acknowledge(String line) {
        assertThat(line).as("a line of the process").isNotNull();
        for (String event : line.split(" ")) {
            int colon = event.indexOf(':');
            acknowledged.merge(
                    JobId.parse(event.substring(0, colon)),
                    Long.parseLong(event.substring(colon + 1)),
                    Math::max);
        }
    }

    private void assertHistoriesAreWhole(SqliteStore store) throws StoreException {
        for (Map.Entry<JobId, Long> known : acknowledged.entrySet()) {
            List<JobEvent> events = store.jobs().events(known.getKey(), 0, 10);
            assertThat(events).hasSizeGreaterThanOrEqualTo(known.getValue().intValue());
            for (int i = 0; i < events.size(); i++) {
                assertThat(events.get(i).seq()).isEqualTo(i + 1);
            }
            assertThat(store.jobs().job(known.getKey()).orElseThrow().lastSeq())
                    .isEqualTo(events.size());
        }
        LoadedState loaded = store.load();
        assertThat(loaded.live()).allSatisfy(events -> assertThat(events).hasSizeBetween(1, 2));
    }

    private SqliteStore open() throws StoreException {
        return SqliteStore.open(data, Duration.ofHours(24), InstantSource.fixed(Histories.START));
    }
}
