package dev.orrery.api.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Lines of a body, wherever the pieces are cut. */
final class LineSplitterTest {
    private static final int BYTES_MAX = 10;

    private final List<String> seen = new ArrayList<>();
    private final LineSplitter lines =
            new LineSplitter(
                    BYTES_MAX,
                    new LineSplitter.Sink() {
                        @Override
                        public void line(long number, byte[] bytes) {
                            seen.add(number + ":" + new String(bytes, StandardCharsets.UTF_8));
                        }

                        @Override
                        public void tooLong(long number) {
                            seen.add(number + " is too long");
                        }
                    });

    private void take(String text, int pieceBytes) throws InterruptedException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += pieceBytes) {
            lines.take(bytes, from, Math.min(bytes.length, from + pieceBytes));
        }
        lines.end();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 11, 1000})
    void pieces_changeNothing(int pieceBytes) throws Exception {
        take(
                "a\n\nbé\r\n \t\nexactly 10\n12345678901\nc\r\r\nlonger than ten bytes\nlast",
                pieceBytes);

        assertThat(seen)
                .containsExactly(
                        "1:a",
                        "3:bé",
                        "5:exactly 10",
                        "6 is too long",
                        "7:c\r",
                        "8 is too long",
                        "9:last");
    }

    @Test
    void lastLineWithItsEnd_isNotFollowedByAnEmptyOne() throws Exception {
        take("a\nb\n", 3);

        assertThat(seen).containsExactly("1:a", "2:b");
    }

    @Test
    void lastLineThatIsTooLong_isSaid() throws Exception {
        take("a\n" + "x".repeat(1_000), 64);

        assertThat(seen).containsExactly("1:a", "2 is too long");
    }

    @Test
    void emptyBody_hasNoLine() throws Exception {
        take("", 1);

        assertThat(seen).isEmpty();
    }
}
