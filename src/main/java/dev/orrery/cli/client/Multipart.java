package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.text.TerminalText;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** A multipart/form-data body whose files are read while it is sent. */
public final class Multipart {

    private final String boundary = "orrery-" + UUID.randomUUID();
    private final List<BodyPublisher> parts = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /** Adds a part of JSON. */
    public void addJson(String part, JsonNode document) {
        parts.add(
                BodyPublishers.ofString(
                        head(part, "", "application/json") + Json.write(document) + "\r\n"));
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
        if (!Files.isRegularFile(file)) {
            throw new CommandException(ExitCode.USAGE, "no such file: " + file);
        }
        try {
            String disposition = "; filename=\"" + name + "\"";
            parts.add(BodyPublishers.ofString(head(part, disposition, "application/octet-stream")));
            parts.add(BodyPublishers.ofFile(file));
            parts.add(BodyPublishers.ofString("\r\n"));
        } catch (FileNotFoundException e) {
            throw new CommandException(ExitCode.USAGE, "cannot read " + file, e);
        }
    }

    String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    BodyPublisher publisher() {
        List<BodyPublisher> all = new ArrayList<>(parts);
        all.add(BodyPublishers.ofString("--" + boundary + "--\r\n"));
        return BodyPublishers.concat(all.toArray(BodyPublisher[]::new));
    }

    private String head(String part, String disposition, String contentType) {
        return "--%s\r\nContent-Disposition: form-data; name=\"%s\"%s\r\nContent-Type: %s\r\n\r\n"
                .formatted(boundary, part, disposition, contentType);
    }
}
