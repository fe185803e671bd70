package dev.orrery.api.rest;

import dev.orrery.api.Faults;
import dev.orrery.api.form.FileNames;
import dev.orrery.api.form.MultipartReader;
import dev.orrery.api.form.PartHead;
import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.JobReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.config.Settings;
import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.Content;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.StoredFile;
import dev.orrery.store.CentralStore;
import dev.orrery.store.CentralStore.Staged;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A submission with files on its way in, on a thread that may block. Closing it lets go of what was
 * staged; what was kept is removed unless a job refers to it.
 */
public final class Upload implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upload.class);

    /** Spec fields that may come as parts of their own. */
    private static final Set<String> TEXT_PARTS =
            Set.of("name", "namespace", "outputs", "timeout", "priority");

    private static final Set<String> JOB_TYPES =
            Set.of("application/json", "text/plain", "application/octet-stream");
    private static final List<String> KNOWN_PARTS =
            List.of("job", "script", "file", "name", "namespace", "outputs", "timeout", "priority");
    private static final int TEXT_BYTES_MAX = 8 * 1024;

    /** How often the free space is looked at. */
    private static final long SPACE_CHECK_BYTES = 16L * 1024 * 1024;

    private final CentralStore store;
    private final Settings settings;
    private final JobDraft draft = new JobDraft();
    private final List<Staged> staged = new ArrayList<>();
    private final List<BlobId> kept = new ArrayList<>();
    private final List<StoredFile> files = new ArrayList<>();
    private final Set<String> partsSeen = new HashSet<>();
    private final Set<String> fileNames = new HashSet<>();
    private Optional<String> script = Optional.empty();
    private long untilSpaceCheck;

    Upload(CentralStore store, Settings settings) {
        this.store = store;
        this.settings = settings;
    }

    /** Reads all parts; nothing is kept yet. */
    public void receive(MultipartReader parts) throws InterruptedException, IOException {
        for (Optional<PartHead> part = parts.nextPart();
                part.isPresent();
                part = parts.nextPart()) {
            receive(part.get(), parts);
        }
    }

    /** What was said of the job. */
    public JobDraft draft() {
        return draft;
    }

    /** The name of the file to run. */
    public Optional<String> script() {
        return script;
    }

    /** The files that came, in their order. */
    public List<StoredFile> files() {
        return files;
    }

    /** Makes the files durable; they stay protected until this is closed. */
    public void keep() throws IOException {
        for (Staged file : staged) {
            kept.add(file.keep());
        }
    }

    /** Lets go of everything, and removes what no job refers to. */
    public void discard() {
        close();
        for (BlobId blob : kept) {
            try {
                store.discard(blob);
            } catch (IOException e) {
                LOG.atWarn().setCause(e).addKeyValue("blob", blob).log("a blob stays until swept");
            }
        }
    }

    @Override
    public void close() {
        staged.forEach(Staged::close);
    }

    private void receive(PartHead part, MultipartReader parts)
            throws InterruptedException, IOException {
        String name = part.name();
        switch (name) {
            case "file" -> receiveFile(part, parts);
            case "script" -> {
                once(name);
                script = Optional.of(receiveFile(part, parts));
            }
            case "job" -> {
                once(name);
                if (!JOB_TYPES.contains(part.mediaType().orElse("application/json"))) {
                    throw Refusal.ofField(
                            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                            "job",
                            "the part 'job' is not JSON",
                            "send it as application/json");
                }
                JobReader.read(small(name, parts, settings.limits().bodyBytesMax()), draft);
            }
            default -> {
                if (!TEXT_PARTS.contains(name)) {
                    throw unknown(name);
                }
                once(name);
                JobReader.readText(name, text(part, parts), draft);
            }
        }
    }

    /** Takes a part as a file of its name, and gives the name. */
    public String receiveFile(PartHead part, MultipartReader parts)
            throws InterruptedException, IOException {
        String name =
                part.fileName()
                        .orElseThrow(() ->
                                Refusal.ofField(
                                        ProblemCode.INVALID_FILE_NAME,
                                        part.name(),
                                        "the part has no file name",
                                        "send it as a file: filename=\"input.csv\""));
        FileNames.check(part.name(), name);
        if (!fileNames.add(name)) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_FILE_NAME,
                    part.name(),
                    "two files have the same name",
                    "give each file a name of its own");
        }
        files.add(store(name, parts));
        return name;
    }

    /** The text of a part, which is small. */
    public static String text(PartHead part, MultipartReader parts) throws InterruptedException {
        byte[] text = small(part.name(), parts, TEXT_BYTES_MAX);
        return new String(text, StandardCharsets.UTF_8);
    }

    private StoredFile store(String name, MultipartReader parts)
            throws InterruptedException, IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        Optional<ByteBuffer> bytes = parts.nextBytes();
        while (bytes.isPresent()
                && head.size() + bytes.get().remaining() <= Content.INLINE_BYTES_MAX) {
            head.write(bytes.get().array(), bytes.get().position(), bytes.get().remaining());
            bytes = parts.nextBytes();
        }
        if (bytes.isEmpty()) {
            byte[] content = head.toByteArray();
            return new StoredFile(
                    name,
                    content.length,
                    sha256(content),
                    new Content.Inline(Bytes.copyOf(content)));
        }
        Staged file = store.stage();
        staged.add(file);
        write(file, ByteBuffer.wrap(head.toByteArray()));
        while (bytes.isPresent()) {
            write(file, bytes.get());
            bytes = parts.nextBytes();
        }
        BlobId id = file.id();
        return new StoredFile(name, file.sizeBytes(), id.sha256(), new Content.Stored(id));
    }

    private void write(Staged file, ByteBuffer bytes) throws IOException {
        untilSpaceCheck -= bytes.remaining();
        if (untilSpaceCheck < 0) {
            checkSpace(store, settings);
            untilSpaceCheck = SPACE_CHECK_BYTES;
        }
        file.write(bytes);
    }

    /** Refuses to begin when little space is free. */
    public void checkSpace() throws IOException {
        checkSpace(store, settings);
    }

    /** Refuses more bytes when little space is free. */
    public static void checkSpace(CentralStore store, Settings settings) throws IOException {
        if (store.freeBytes() < settings.storage().freeBytesMin()) {
            throw new Refusal(Faults.full());
        }
    }

    private static byte[] small(String name, MultipartReader parts, long bytesMax)
            throws InterruptedException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (Optional<ByteBuffer> bytes = parts.nextBytes();
                bytes.isPresent();
                bytes = parts.nextBytes()) {
            if (text.size() + bytes.get().remaining() > bytesMax) {
                throw Refusal.ofField(
                        ProblemCode.TOO_LARGE,
                        name,
                        "the part is larger than " + bytesMax + " bytes",
                        "send less; files go into parts named 'file'");
            }
            text.write(bytes.get().array(), bytes.get().position(), bytes.get().remaining());
        }
        return text.toByteArray();
    }

    private void once(String part) {
        if (!partsSeen.add(part)) {
            throw Refusal.ofField(
                    ProblemCode.MALFORMED_BODY,
                    part,
                    "the part stands there twice",
                    "send it once");
        }
    }

    private static Refusal unknown(String part) {
        return Refusal.ofField(
                ProblemCode.UNKNOWN_FIELD,
                part.replaceAll("\\p{Cntrl}", "?"),
                "the contract does not know this part",
                "known here: "
                        + String.join(", ", KNOWN_PARTS)
                        + "; everything else goes into the JSON of 'job'");
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
