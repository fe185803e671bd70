package dev.orrery.cli.each;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** Commands as they come, line by line. */
final class CommandLinesTest {

    /** Gives one piece a read, and says that nothing more is there until it is read again. */
    private static final class Slow extends InputStream {
        private final Queue<byte[]> pieces = new ArrayDeque<>();

        Slow(String... texts) {
            for (String text : texts) {
                pieces.add(text.getBytes(StandardCharsets.UTF_8));
            }
        }

        @Override
        public int read() {
            throw new AssertionError("read in pieces");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            byte[] piece = pieces.poll();
            if (piece == null) {
                return -1;
            }
            System.arraycopy(piece, 0, target, offset, piece.length);
            return piece.length;
        }
    }

    private static List<List<String>> groups(InputStream in) throws IOException {
        CommandLines lines = new CommandLines(in);
        List<List<String>> groups = new ArrayList<>();
        for (List<Command> group = lines.next(); !group.isEmpty(); group = lines.next()) {
            groups.add(
                    group.stream()
                            .map(it -> it.line() + ":" + it.fault().orElse(it.text()))
                            .toList());
        }
        return groups;
    }

    private static List<List<String>> groups(byte[] bytes) throws IOException {
        return groups(new ByteArrayInputStream(bytes));
    }

    @Test
    void everyLineThatIsNotBlank_isACommand() throws IOException {
        String text = "echo 1\n\n  \n# no comment\r\n  echo é  \n";

        assertThat(groups(text.getBytes(StandardCharsets.UTF_8)))
                .containsExactly(List.of("1:echo 1", "4:# no comment", "5:  echo é"));
    }

    @Test
    void slowSource_isNotWaitedFor() throws IOException {
        assertThat(groups(new Slow("one\ntw", "o\nthree\n", "four")))
                .containsExactly(List.of("1:one"), List.of("2:two", "3:three"), List.of("4:four"));
    }

    @Test
    void fastSource_comesInGroupsThatAServerTakes() throws IOException {
        byte[] many = "true\n".repeat(4_500).getBytes(StandardCharsets.UTF_8);

        List<List<String>> groups = groups(many);

        assertThat(groups).extracting(List::size).containsExactly(2_000, 2_000, 500);
        assertThat(groups.getLast().getLast()).isEqualTo("4500:true");
    }

    @Test
    void whatIsNoCommand_isToldWithItsLine() throws IOException {
        byte[] bytes = ("a\n?\n" + "x".repeat(1 << 21) + "\nb\n").getBytes(StandardCharsets.UTF_8);
        bytes[2] = (byte) 0xff;

        List<String> all = groups(bytes).stream().flatMap(List::stream).toList();

        assertThat(all).containsExactly("1:a", "2:not text in UTF-8", "3:longer than 1 MiB", "4:b");
    }

    @Test
    void nothing_isNoCommand() throws IOException {
        assertThat(groups(new byte[0])).isEmpty();
        assertThat(groups("\n\n".getBytes(StandardCharsets.UTF_8))).isEmpty();
    }
}
