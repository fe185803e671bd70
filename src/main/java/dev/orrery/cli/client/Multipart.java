package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.text.TerminalText;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** A multipart/form-data body whose files are read while it is sent. */
public final class Multipart implements Body {

    private static final int COPY_BYTES = 1 << 16;

    private final String boundary = "orrery-" + UUID.randomUUID();
    private final List<Piece> pieces = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /** A run of the body. */
    private sealed interface Piece {

        long lengthBytes();

        record Text(String text) implements Piece {
            @Override
            public long lengthBytes() {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }

        record OfFile(Path file, long lengthBytes) implements Piece {}
    }

    /** Adds a part of JSON. */
    public void addJson(String part, JsonNode document) {
        String head = head(part, "", "application/json");
        pieces.add(new Piece.Text(head + Json.write(document) + "\r\n"));
    }

    /** Adds a part of lines of JSON. */
    public void addLines(String part, String lines) {
        pieces.add(new Piece.Text(head(part, "", "application/x-ndjson") + lines + "\r\n"));
    }

    /**
     * Adds a file under its plain name.
     *
     * @throws CommandException when it is no readable file, or its name is unusable or taken
     */
    public void addFile(String part, Path file) {
        String name = String.valueOf(file.getFileName());
        boolean plain = TerminalText.clean(name).equals(name);
        if (!plain || name.indexOf('"') >= 0 || name.indexOf('\\') >= 0) {
            throw new CommandException(
                    ExitCode.USAGE, "unusable file name: " + TerminalText.clean(name));
        }
        if (!names.add(name)) {
            throw new CommandException(ExitCode.USAGE, "two files are named " + name);
        }
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new CommandException(ExitCode.USAGE, "no readable file: " + file);
        }
        try {
            String disposition = "; filename=\"" + name + "\"";
            pieces.add(new Piece.Text(head(part, disposition, "application/octet-stream")));
            pieces.add(new Piece.OfFile(file, Files.size(file)));
            pieces.add(new Piece.Text("\r\n"));
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, "cannot read " + file, e);
        }
    }

    private String head(String part, String disposition, String contentType) {
        return "--%s\r\nContent-Disposition: form-data; name=\"%s\"%s\r\nContent-Type: %s\r\n\r\n"
                .formatted(boundary, part, disposition, contentType);
    }

    private String tail() {
        return "--" + boundary + "--\r\n";
    }

    @Override
    public String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    @Override
    public long lengthBytes() {
        return pieces.stream().mapToLong(Piece::lengthBytes).sum() + tail().length();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Text(String text) -> out.write(text.getBytes(StandardCharsets.UTF_8));
                case Piece.OfFile(Path file, long lengthBytes) -> copy(file, lengthBytes, out);
            }
        }
        out.write(tail().getBytes(StandardCharsets.UTF_8));
    }

    /** As many bytes as were announced: a file that has shrunk meanwhile breaks the request. */
    private static void copy(Path file, long lengthBytes, OutputStream out) throws IOException {
        byte[] buffer = new byte[COPY_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            long left = lengthBytes;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new CommandException(
                            ExitCode.FAILED, "the file changed while it was sent: " + file);
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }
}
