package dev.orrery.store.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The last file of a backup: a line of JSON for each other file, in their order, with its size and
 * SHA-256, and one more that tells the rest and has the SHA-256 of all lines before it. A backup
 * without it is not whole.
 */
final class Manifest {

    static final String NAME = "manifest.ndjson";

    /** An empty file that only says that more follows; it is not noted. */
    static final String ALIVE = "alive";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Manifest() {}

    /** One file. */
    record Line(String name, long size, String sha256) {

        private String json() {
            return JSON.createObjectNode()
                    .put("name", name)
                    .put("size", size)
                    .put("sha256", sha256)
                    .toString();
        }
    }

    /**
     * What is known only at the end.
     *
     * @param jobs in the tables
     * @param removed ids of jobs that were removed while the files were read, in hexadecimal
     * @param missing blobs that jobs refer to and that were not there
     */
    record End(long jobs, List<String> removed, List<String> missing) {

        End {
            removed = List.copyOf(removed);
            missing = List.copyOf(missing);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Lines on their way into a file, so that no number of them takes memory. */
    static final class Writer implements AutoCloseable {

        private final Path file;
        private final BufferedWriter lines;
        private final MessageDigest digest = sha256();
        private long count;

        Writer(Path file) throws IOException {
            this.file = file;
            this.lines = Files.newBufferedWriter(file);
        }

        void note(Line line) throws IOException {
            String text = line.json() + "\n";
            digest.update(ArchiveWriter.bytes(text));
            lines.write(text);
            count++;
        }

        void flush() throws IOException {
            lines.flush();
        }

        /** How many files were noted. */
        long count() {
            return count;
        }

        /** Writes the last line; the file. */
        Path finish(End end) throws IOException {
            ObjectNode last = JSON.createObjectNode();
            last.put("files", count).put("jobs", end.jobs());
            end.removed().forEach(last.putArray("removedMeanwhile")::add);
            end.missing().forEach(last.putArray("missing")::add);
            last.put("sha256", HexFormat.of().formatHex(digest.digest()));
            lines.write(last + "\n");
            lines.close();
            return file;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /** Compares what a backup says of its files with what was found of them. */
    static End compare(Path said, Path found) throws IOException {
        try (BufferedReader ours = Files.newBufferedReader(found);
                BufferedReader theirs = Files.newBufferedReader(said)) {
            MessageDigest digest = sha256();
            String line = theirs.readLine();
            for (String own = ours.readLine(); own != null; own = ours.readLine()) {
                if (!own.equals(line)) {
                    throw new DamagedBackupException(
                            "the backup is damaged: "
                                    + JSON.readTree(own).path("name").asText()
                                    + " is not what the manifest says of it");
                }
                digest.update(ArchiveWriter.bytes(own + "\n"));
                line = theirs.readLine();
            }
            return end(line, HexFormat.of().formatHex(digest.digest()));
        } catch (CharacterCodingException e) {
            throw new DamagedBackupException("the backup is damaged: its manifest is no text");
        }
    }

    private static End end(String line, String sha256) throws IOException {
        try {
            JsonNode last = JSON.readTree(String.valueOf(line));
            if (last.path("sha256").asText().equals(sha256) && !last.has("name")) {
                return new End(
                        last.path("jobs").asLong(),
                        texts(last.path("removedMeanwhile")),
                        texts(last.path("missing")));
            }
        } catch (JsonProcessingException e) {
            throw new DamagedBackupException("the backup is damaged: its manifest cannot be read");
        }
        throw new DamagedBackupException("the backup is damaged: files are missing in it");
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
