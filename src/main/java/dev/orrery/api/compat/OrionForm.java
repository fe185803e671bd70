package dev.orrery.api.compat;

import dev.orrery.api.form.MultipartReader;
import dev.orrery.api.form.PartHead;
import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.JobReader;
import dev.orrery.api.json.Json;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.rest.Intake;
import dev.orrery.api.rest.Upload;
import dev.orrery.config.Settings;
import dev.orrery.model.ProblemCode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The form of a submission to ORION on its way in, read part by part. */
final class OrionForm {
    private static final String SCRIPT = "executableShellScript";
    private static final String OUTPUTS = "outputFiles";
    private static final String FILE = "filename";
    private static final int NAME_LENGTH_MAX = 200;

    private final Settings.Compat limits;
    private final TreeMap<String, List<String>> texts = new TreeMap<>();
    private final List<String> files = new ArrayList<>();

    private OrionForm(Settings.Compat limits) {
        this.limits = limits;
    }

    /** What the form asks for; its files go into the upload. */
    static Intake.Fields read(Settings.Compat limits, MultipartReader parts, Upload upload)
            throws InterruptedException, IOException {
        OrionForm form = new OrionForm(limits);
        for (Optional<PartHead> part = parts.nextPart();
                part.isPresent();
                part = parts.nextPart()) {
            form.receive(part.get(), parts, upload);
        }
        return new Intake.Fields(form.draft(), Optional.empty());
    }

    private void receive(PartHead part, MultipartReader parts, Upload upload)
            throws InterruptedException, IOException {
        switch (part.name()) {
            case FILE -> files.add(upload.receiveFile(part, parts));
            case SCRIPT, OUTPUTS, OrionRequirements.FIELD ->
                    texts.computeIfAbsent(part.name(), _ -> new ArrayList<>())
                            .add(Upload.text(part, parts));
            default ->
                    throw Refusal.ofField(
                            ProblemCode.UNKNOWN_FIELD,
                            part.name().replaceAll("\\p{Cntrl}", "?"),
                            "ORION does not know this part",
                            "known are executableShellScript, outputFiles, resourceRequirements"
                                    + " and filename");
        }
    }

    private JobDraft draft() {
        String script = script();
        OrionRequirements asked =
                OrionRequirements.read(
                        texts.getOrDefault(OrionRequirements.FIELD, List.of("")), limits);
        JobDraft draft = new JobDraft();
        JobReader.read(
                Json.bytes(out -> {
                    out.writeStartObject();
                    if (script.length() <= NAME_LENGTH_MAX) {
                        out.writeStringField("name", script);
                    }
                    out.writeArrayFieldStart("command");
                    out.writeString("bash");
                    out.writeString("./" + script);
                    out.writeEndArray();
                    out.writeArrayFieldStart("outputs");
                    for (String output : outputs()) {
                        out.writeString(literally(output));
                    }
                    out.writeEndArray();
                    out.writeObjectFieldStart("resources");
                    out.writeNumberField("memory", asked.memoryBytes());
                    out.writeEndObject();
                    if (asked.deadline().isPresent()) {
                        out.writeStringField("deadline", asked.deadline().get().toString());
                    }
                    out.writeObjectFieldStart("labels");
                    out.writeStringField("interface", "orion");
                    out.writeEndObject();
                    out.writeEndObject();
                }),
                draft);
        return draft;
    }

    private String script() {
        List<String> names = texts.getOrDefault(SCRIPT, List.of());
        if (names.size() != 1 || names.getFirst().isBlank()) {
            throw Refusal.ofField(
                    ProblemCode.MISSING_FIELD,
                    SCRIPT,
                    "the form does not say which file is the script",
                    "name one of the uploaded files");
        }
        String name = names.getFirst().strip();
        if (!files.contains(name)) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    SCRIPT,
                    "no uploaded file has the script's name",
                    "send the script as a part named 'filename'");
        }
        return name;
    }

    private List<String> outputs() {
        return texts.getOrDefault(OUTPUTS, List.of()).stream()
                .flatMap(text -> Arrays.stream(text.split(",")))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    /**
     * A pattern that only this name matches. As it is a pattern, a file that the script did not
     * write is not missed: the task is as successful as its script, as ORION has it.
     */
    private static String literally(String name) {
        return "\\" + name.replaceAll("(?<!^)([*?\\[\\]{}\\\\])", "\\\\$1");
    }
}
