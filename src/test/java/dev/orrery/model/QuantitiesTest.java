package dev.orrery.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/** The written forms, and that what is written reads back. */
final class QuantitiesTest {

    @ParameterizedTest
    @CsvSource({
        "1h30m,PT1H30M",
        "90s,PT90S",
        "500ms,PT0.5S",
        "7d,PT168H",
        "45,PT45S",
        "1.5h,PT90M",
        "0,PT0S",
        "0.25,PT0.25S",
        "1d2h3m4s5ms,PT26H3M4.005S"
    })
    void duration_isRead(String text, String expected) {
        assertThat(Quantities.parseDuration(text)).isEqualTo(Duration.parse(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "h", "1x", "-5s", "30m1h", "1h1h", "1 h", "1e9", "99999999d", "PT1H"})
    void durationOtherwiseWritten_isRefused(String text) {
        assertThatThrownBy(() -> Quantities.parseDuration(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1h30m")
                .hasMessageEndingWith(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1h30m", "1m30s", "500ms", "7d", "0s", "1d2h3m4s5ms"})
    void formattedDuration_readsBack(String text) {
        assertThat(Quantities.formatDuration(Quantities.parseDuration(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "512MiB,536870912",
        "2GB,2000000000",
        "17,17",
        "1K,1024",
        "1.5KiB,1536",
        "64TiB,70368744177664",
        "0,0",
        "3 MB,3000000"
    })
    void size_isRead(String text, long expected) {
        assertThat(Quantities.parseSize(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MiB", "1XB", "-1", "1.5", "9999999PiB", "1 2"})
    void sizeOtherwiseWritten_isRefused(String text) {
        assertThatThrownBy(() -> Quantities.parseSize(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("512MiB");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1023, 1024, 1536, 1L << 29, (1L << 29) + 1, Long.MAX_VALUE})
    void formattedSize_readsBack(long bytes) {
        assertThat(Quantities.parseSize(Quantities.formatSize(bytes))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"0.5,500", "2,2000", "0.001,1", "1024,1024000"})
    void cpus_areReadAndWrittenBack(String text, long cpuMillis) {
        assertThat(Quantities.parseCpuMillis(text)).isEqualTo(cpuMillis);
        assertThat(Quantities.formatCpus(cpuMillis)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "0.0001", "one", "1e3"})
    void cpusOtherwiseWritten_areRefused(String text) {
        assertThatThrownBy(() -> Quantities.parseCpuMillis(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.5");
    }
}
