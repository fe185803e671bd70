package dev.orrery.api.rest;

import dev.orrery.model.JobSpec;
import dev.orrery.model.StoredFile;
import dev.orrery.model.Work;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The checksum by which a repeated submission is known to be the same: of what was asked for, not
 * of how it was written, and not of who asked.
 */
final class SpecHash {
    private final DataOutputStream out;

    private SpecHash(DataOutputStream out) {
        this.out = out;
    }

    static String of(JobSpec spec) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest);
            try (DataOutputStream out = new DataOutputStream(sink)) {
                new SpecHash(out).spec(spec);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException("a digest takes all bytes", e);
        }
    }

    private void spec(JobSpec spec) throws IOException {
        text(spec.namespace().name());
        text(spec.name());
        texts(spec.labels());
        work(spec.work());
        texts(spec.environment());
        text(spec.stdin().toText());
        out.writeInt(spec.inputs().size());
        for (StoredFile input : spec.inputs()) {
            text(input.name());
            text(input.sha256());
        }
        texts(spec.outputs());
        out.writeInt(spec.size());
        text(spec.resources().toString());
        out.writeInt(spec.priority());
        text(spec.deadline().toString());
        text(spec.notBefore().toString());
        text(spec.timeout().toString());
        text(spec.retry().toString());
        text(spec.retention().toString());
        text(spec.constraints().toString());
        boolean isPlain = spec.maxParallel() == 0 && !spec.exclusive();
        if (!isPlain) {
            out.writeInt(spec.maxParallel());
            out.writeBoolean(spec.exclusive());
        }
    }

    private void work(Work work) throws IOException {
        switch (work) {
            case Work.Command(List<String> argv) -> {
                text("command");
                texts(argv);
            }
            case Work.Shell(String line) -> {
                text("shell");
                text(line);
            }
            case Work.Script(String file, List<String> arguments) -> {
                text("script");
                text(file);
                texts(arguments);
            }
        }
    }

    private void texts(Map<String, String> texts) throws IOException {
        out.writeInt(texts.size());
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            text(entry.getKey());
            text(entry.getValue());
        }
    }

    private void texts(List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            text(text);
        }
    }

    private void text(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
