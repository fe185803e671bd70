package dev.orrery.api.form;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The rule for names of uploaded files: a plain name, which no file system reads as a path. */
public final class FileNames {
    private static final int BYTES_MAX = 255;

    private FileNames() {}

    /** Refuses a name that is not plain. */
    public static void check(String field, String name) {
        Optional<String> fault = fault(name);
        if (fault.isPresent()) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_FILE_NAME,
                    field,
                    "the file name " + fault.get(),
                    "give a plain name without a path, such as filename=\"input.csv\"");
        }
    }

    private static Optional<String> fault(String name) {
        if (name.isEmpty()) {
            return Optional.of("is empty");
        }
        if (name.equals(".") || name.equals("..")) {
            return Optional.of("means a directory");
        }
        if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
            return Optional.of("contains a path separator");
        }
        if (name.codePoints().anyMatch(FileNames::isUnprintable)) {
            return Optional.of("contains a control character");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            return Optional.of("is longer than " + BYTES_MAX + " bytes");
        }
        return Optional.empty();
    }

    private static boolean isUnprintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }
}
