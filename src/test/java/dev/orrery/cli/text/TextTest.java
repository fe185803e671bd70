package dev.orrery.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;

/** Text for people. */
final class TextTest {

    private static final Instant NOW = Instant.parse("2026-12-01T08:00:00Z");

    @Test
    void whatCouldActOnATerminal_isReplaced() {
        assertThat(TerminalText.clean("a\u001b[31mb\r\n\u009bc\u202ed\u2028e"))
                .isEqualTo("a\ufffd[31mb\ufffd\ufffd\ufffdc\ufffdd\ufffde");
        assertThat(TerminalText.clean("Größe 大 😀")).isEqualTo("Größe 大 😀");
    }

    @Test
    void columns_areAsWideAsTheirWidestCell() {
        Table table = new Table("A", "LONG");
        table.add("wide cell", "x");
        table.add("b", "y");

        assertThat(table.lines())
                .containsExactly("A          LONG", "wide cell  x", "b          y");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-01T09:00:00Z,2026-12-01T09:00:00Z",
        "2026-12-01T09:00:00+01:00,2026-12-01T08:00:00Z",
        "in 1h30m,2026-12-01T09:30:00Z",
        "+90s,2026-12-01T08:01:30Z",
        "1d ago,2026-11-30T08:00:00Z"
    })
    void time_isRead(String text, Instant expected) {
        assertThat(Times.parse(text, NOW)).isEqualTo(expected);
    }

    @Test
    void timeOtherwiseWritten_isRefused() {
        assertThatThrownBy(() -> Times.parse("tomorrow", NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in 2h");
    }

    @Test
    void span_isShownForPeople() {
        assertThat(Times.between(NOW, NOW.plusMillis(1500))).isEqualTo("1.500s");
        assertThat(Times.between(NOW, NOW.plusSeconds(3725))).isEqualTo("1h2m5s");
        assertThat(Times.between(NOW.plusSeconds(1), NOW)).isEqualTo("0s");
    }
}
