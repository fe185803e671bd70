package dev.orrery.execution;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds lines of the form {@code ::progress 0.42 halfway} in a stream of bytes; the latest wins.
 *
 * <p>A longer line than {@value #LINE_BYTES_MAX} bytes is cut. Anything else passes unseen.
 */
final class ProgressLines {

    static final int LINE_BYTES_MAX = 512;
    private static final byte[] PREFIX = "::progress ".getBytes(StandardCharsets.US_ASCII);

    /** How far a task is, and what it says of it. */
    record Progress(double fraction, String text) {}

    private final byte[] line = new byte[LINE_BYTES_MAX];
    private int length;
    private boolean skips;
    private Optional<Progress> latest = Optional.empty();

    /** Reads on; the position of the buffer stays. */
    void read(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            byte b = bytes.get(i);
            if (b == '\n') {
                endLine();
            } else if (!skips) {
                add(b);
            }
        }
    }

    /** The last progress since the last call. */
    Optional<Progress> take() {
        Optional<Progress> taken = latest;
        latest = Optional.empty();
        return taken;
    }

    /** Whether there is one to take. */
    boolean isNew() {
        return latest.isPresent();
    }

    private void add(byte b) {
        if (length < PREFIX.length && b != PREFIX[length]) {
            skips = true;
        } else if (length < LINE_BYTES_MAX) {
            line[length++] = b;
        }
    }

    private void endLine() {
        if (!skips && length > PREFIX.length) {
            String rest =
                    new String(line, PREFIX.length, length - PREFIX.length, StandardCharsets.UTF_8);
            parse(rest.strip()).ifPresent(progress -> latest = Optional.of(progress));
        }
        length = 0;
        skips = false;
    }

    private static Optional<Progress> parse(String rest) {
        String[] parts = rest.split("\\s+", 2);
        try {
            double fraction = Double.parseDouble(parts[0]);
            if (fraction >= 0 && fraction <= 1) {
                return Optional.of(new Progress(fraction, parts.length == 2 ? parts[1] : ""));
            }
            return Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
