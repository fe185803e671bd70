package dev.orrery.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Writes the page and the example of the configuration from the table of keys. */
final class ConfigurationDocument {

    static final Path PAGE = Path.of("docs/configuration.md");
    static final Path EXAMPLE = Path.of("conf/orrery.yaml");

    private static final Map<String, String> SECTIONS =
            new TreeMap<>(
                    Map.of(
                            "server", "Where the node listens and keeps its files.",
                            "cluster", "The clustered event bus and its members.",
                            "threads", "The pools of Vert.x.",
                            "scheduling", "The scheduler and its replaceable components.",
                            "leadership", "The lease of the master that leads.",
                            "worker", "What a worker offers, and how it runs tasks.",
                            "storage", "What is kept, and for how long.",
                            "blobs", "Files and logs, where several masters share a store.",
                            "limits", "Sizes and counts past which a caller is refused.",
                            "compat", "Other systems; see [compatibility](compatibility.md)."));

    private static final String HEAD =
            """
            # Configuration

            Generated from `src/main/java/dev/orrery/config/SettingKeys.java`; run
            `ConfigurationDocumentTest` with `-Drewrite=true` to write it again.

            A key is set, in order of precedence, by a flag of the command line, by the environment
            (`server.port` is `ORRERY_SERVER_PORT`: upper case, dots and dashes as underscores), or
            in the YAML file that `--conf FILE` names. `conf/orrery.yaml` is an example with every
            key. Everything is read and checked once, at the start: all faults are printed at once,
            unknown keys among them, and the program exits with 78.

            Durations are written `1h30m`, `90s`, `500ms`, `7d` or as a number of seconds; sizes
            `512MiB`, `2GB` or as a number of bytes. In a variable a list is `a,b` and a mapping
            `name=value,name=value`; below a mapping, `worker.labels.zone` is a key of its own in
            the file.

            Rules between keys:

            - `scheduling.heartbeat` < `scheduling.fence` < `scheduling.fenceKill` <
              `scheduling.lease`
            - `storage.retention` is at most `storage.retentionMax`.
            - `server.port` and `cluster.port` differ, and lie outside the member ports.
            - `server.host` on every address (`0.0.0.0`) needs `server.tls`. On one address beyond
              loopback a master without `server.tls` makes its own ([security](security.md)). A
              host name other than `localhost` counts as beyond loopback.
            - `cluster.host` beyond loopback needs `cluster.network: private`, and a certificate:
              `server.tls` with `ca`, the master's own authority, or enrolment.
            - `cluster.join` has members, or one `https://` master to enrol at, then without
              `server.tls`.
            - `server.tls` needs `cert` and `key`; `ca` too in a cluster. A server without cluster
              may leave `ca` out. The key is not readable by everybody.
            - `server.data` is writable by its owner alone.
            - A component names a class on the class path.
            """;

    private ConfigurationDocument() {}

    static String page() {
        StringBuilder text = new StringBuilder(HEAD);
        String section = "";
        for (SettingKey<?> key : SettingKeys.ALL) {
            String next = sectionOf(key);
            if (!next.equals(section)) {
                section = next;
                text.append("\n## ").append(section).append("\n\n").append(SECTIONS.get(section));
                text.append("\n\n| key | value | default | meaning |\n|---|---|---|---|\n");
            }
            text.append(
                    "| `%s` | %s | %s | %s |\n"
                            .formatted(
                                    key.name(),
                                    key.kind().description(),
                                    key.fallback().isEmpty() ? "none" : "`" + key.fallback() + "`",
                                    key.meaning()));
        }
        return text.toString();
    }

    /** Every key with its default, in comments, so that the file as it stands changes nothing. */
    static String example() {
        StringBuilder text =
                new StringBuilder(
                        "# Every setting of Orrery with its default; take the '#' before a key away"
                                + " to set it.\n"
                                + "# Generated; docs/configuration.md says more.\n");
        String[] above = new String[0];
        for (SettingKey<?> key : SettingKeys.ALL) {
            String[] names = key.name().split("\\.", -1);
            text.append(names[0].equals(above.length == 0 ? "" : above[0]) ? "" : "\n");
            appendParents(text, above, names);
            String indent = "  ".repeat(names.length - 1);
            text.append("%s# %s\n".formatted(indent, key.meaning()));
            text.append("%s# (%s)\n".formatted(indent, key.kind().description()));
            text.append("%s#%s: %s\n".formatted(indent, names[names.length - 1], yaml(key)));
            above = names;
        }
        return text.toString();
    }

    private static void appendParents(StringBuilder text, String[] above, String[] names) {
        boolean same = true;
        for (int i = 0; i < names.length - 1; i++) {
            same = same && i < above.length - 1 && above[i].equals(names[i]);
            if (!same) {
                text.append("  ".repeat(i)).append(names[i]).append(":\n");
            }
        }
    }

    private static String yaml(SettingKey<?> key) {
        if (key.kind().mapping()) {
            return "{}";
        }
        if (key.kind().description().startsWith("list")) {
            return "[" + key.fallback() + "]";
        }
        return key.fallback().isEmpty() ? "\"\"" : key.fallback();
    }

    private static String sectionOf(SettingKey<?> key) {
        return key.name().substring(0, key.name().indexOf('.'));
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
