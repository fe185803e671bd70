package dev.orrery.cli.each;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Commands as they come, a line each, in groups: as many as are there already, so that a slow
 * source is not waited for and a fast one is not sent line by line. Blank lines are none.
 */
final class CommandLines {

    /** What a server answers without being read meanwhile. */
    static final int GROUP_MAX = 2_000;

    private static final int GROUP_BYTES_MAX = 512 << 10;
    private static final int LINE_BYTES_MAX = 1 << 20;

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private int position;
    private int limit;
    private long number;
    private boolean tooLong;
    private boolean ended;

    CommandLines(InputStream in) {
        this.in = in;
    }

    /** The next ones, at least one; none when there are no more. */
    List<Command> next() throws IOException {
        List<Command> group = new ArrayList<>();
        int bytes = 0;
        while (!ended && group.size() < GROUP_MAX && bytes < GROUP_BYTES_MAX) {
            int end = endOfLine();
            if (end >= 0) {
                keep(end);
                position = end + 1;
            } else {
                keep(limit);
                position = limit;
                if (!group.isEmpty() && in.available() == 0) {
                    break;
                }
                limit = in.read(buffer);
                position = 0;
                ended = limit < 0;
            }
            if (end >= 0 || ended) {
                bytes += begun.size();
                take().ifPresent(group::add);
            }
        }
        return group;
    }

    private int endOfLine() {
        for (int i = position; i < limit; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void keep(int end) {
        if (begun.size() + end - position > LINE_BYTES_MAX) {
            tooLong = true;
            begun.reset();
        } else if (!tooLong && end > position) {
            begun.write(buffer, position, end - position);
        }
    }

    /** The line that was kept; empty when it is blank. */
    private Optional<Command> take() {
        number++;
        byte[] bytes = begun.toByteArray();
        boolean isTooLong = tooLong;
        begun.reset();
        tooLong = false;
        if (isTooLong) {
            return Optional.of(Command.unusable(number, "longer than 1 MiB"));
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.isBlank()
                    ? Optional.empty()
                    : Optional.of(Command.of(number, text.stripTrailing()));
        } catch (CharacterCodingException e) {
            return Optional.of(Command.unusable(number, "not text in UTF-8"));
        }
    }
}
