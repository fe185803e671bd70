package dev.orrery.api.form;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import io.vertx.core.buffer.Buffer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads multipart/form-data (RFC 7578) piece by piece: part after part, and the bytes of each as
 * they come. It holds a few pieces of the body at a time, whatever the size of a part.
 */
public final class MultipartReader {
    private static final int HEADER_BYTES_MAX = 8 * 1024;
    private static final byte[] HEADERS_END = {'\r', '\n', '\r', '\n'};

    private final Source source;
    private final byte[] delimiter;
    private final int partsMax;
    private byte[] window = {'\r', '\n'};
    private int position;
    private int limit = 2;
    private int parts;
    private boolean insidePart = true;
    private boolean ended;

    /** Where the body comes from. */
    @FunctionalInterface
    public interface Source {
        /** The next piece; empty after the last. */
        Optional<Buffer> next() throws InterruptedException;
    }

    /** Reads the parts of a body with this boundary. */
    public MultipartReader(Source source, String boundary, int partsMax) {
        this.source = source;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        this.partsMax = partsMax;
    }

    /** The next part, past whatever is left of this one; empty after the last. */
    public Optional<PartHead> nextPart() throws InterruptedException {
        readPast(this::nextBytes);
        if (ended || isLast()) {
            ended = true;
            readPast(source::next);
            return Optional.empty();
        }
        if (++parts > partsMax) {
            throw Refusal.of(
                    ProblemCode.TOO_LARGE,
                    "there are more than " + partsMax + " parts",
                    "send fewer files, or put them into an archive");
        }
        PartHead head = PartHead.parse(headers());
        insidePart = true;
        return Optional.of(head);
    }

    /** The next bytes of this part, valid until the next call; empty after the last. */
    public Optional<ByteBuffer> nextBytes() throws InterruptedException {
        if (!insidePart) {
            return Optional.empty();
        }
        while (true) {
            int found = find(delimiter, position);
            if (found == position) {
                position += delimiter.length;
                insidePart = false;
                return Optional.empty();
            }
            int end = found > 0 ? found : limit - delimiter.length + 1;
            if (end > position) {
                ByteBuffer bytes = ByteBuffer.wrap(window, position, end - position);
                position = end;
                return Optional.of(bytes);
            }
            fill();
        }
    }

    /** What stands before the first part, was left of the last one, or follows on the end. */
    private static void readPast(Pieces pieces) throws InterruptedException {
        boolean more;
        do {
            more = pieces.next().isPresent();
        } while (more);
    }

    /** Something that comes in pieces. */
    private interface Pieces {
        Optional<?> next() throws InterruptedException;
    }

    /**
     * After a delimiter stands "--" when it was the last one, else white space to the line's end.
     */
    private boolean isLast() throws InterruptedException {
        require(2);
        if (window[position] == '-' && window[position + 1] == '-') {
            return true;
        }
        while (window[position] == ' ' || window[position] == '\t') {
            position++;
            require(2);
        }
        if (window[position] != '\r' || window[position + 1] != '\n') {
            throw malformed("a boundary does not end its line");
        }
        return false;
    }

    /** The header lines, from the line end before the first one to the empty line. */
    private byte[] headers() throws InterruptedException {
        while (true) {
            int found = find(HEADERS_END, position);
            if (found >= 0) {
                byte[] headers = Arrays.copyOfRange(window, position, found);
                position = found + HEADERS_END.length;
                if (headers.length > HEADER_BYTES_MAX) {
                    throw malformed("the headers of a part are too long");
                }
                return headers;
            }
            if (limit - position > HEADER_BYTES_MAX) {
                throw malformed("the headers of a part are too long");
            }
            fill();
        }
    }

    private void require(int bytes) throws InterruptedException {
        while (limit - position < bytes) {
            fill();
        }
    }

    private void fill() throws InterruptedException {
        Buffer piece = source.next().orElseThrow(() -> malformed("the last boundary is missing"));
        int kept = limit - position;
        byte[] next = new byte[kept + piece.length()];
        System.arraycopy(window, position, next, 0, kept);
        piece.getBytes(next, kept);
        window = next;
        position = 0;
        limit = next.length;
    }

    /** Where the bytes stand from a place on; -1 when they do not, as far as was read. */
    private int find(byte[] wanted, int from) {
        byte first = wanted[0];
        int last = limit - wanted.length;
        for (int i = from; i <= last; i++) {
            if (window[i] == first
                    && Arrays.equals(window, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    private static Refusal malformed(String detail) {
        return Refusal.of(
                ProblemCode.MALFORMED_BODY,
                "the multipart body is malformed: " + detail,
                "send multipart/form-data as RFC 7578 says, as 'curl -F' does");
    }
}
