package dev.orrery.api.json;

import dev.orrery.model.Bytes;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.Namespace;
import dev.orrery.model.Quantities;
import dev.orrery.model.Resources;
import dev.orrery.model.Work;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the fields of a submission into a draft; the bounds are those of openapi.yaml. */
public final class JobReader {
    private static final List<String> FIELDS =
            List.of(
                    "command",
                    "name",
                    "namespace",
                    "labels",
                    "args",
                    "env",
                    "stdin",
                    "outputs",
                    "resources",
                    "priority",
                    "deadline",
                    "notBefore",
                    "timeout",
                    "retries",
                    "restarts",
                    "backoff",
                    "backoffMax",
                    "retention",
                    "constraints",
                    "maxParallel",
                    "exclusive");
    private static final String KEY = "idempotencyKey";
    private static final List<String> LINE_FIELDS =
            Stream.concat(FIELDS.stream(), Stream.of(KEY)).toList();
    private static final List<String> RESOURCES = List.of("cpus", "memory", "gpus", "named");
    private static final List<String> CONSTRAINT = List.of("label", "in", "notIn");

    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");
    private static final String LABEL_RULE =
            "use 1 to 63 letters, digits, '.', '_', '-' or '/', first a letter or digit";
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final Pattern LINE = Pattern.compile("[^\\x00-\\x1f\\x7f]{1,200}");
    private static final Pattern VALUE = Pattern.compile("[^\\x00-\\x1f\\x7f]{0,256}");
    private static final Pattern GLOB =
            Pattern.compile("(?!/)(?!(?:.*/)?\\.\\.(?:/|$))[^\\x00-\\x1f\\x7f]{1,1024}");
    private static final Pattern DURATION =
            Pattern.compile(
                    "(?=.)(?:\\d+(?:\\.\\d+)?d)?(?:\\d+(?:\\.\\d+)?h)?(?:\\d+(?:\\.\\d+)?m)?"
                            + "(?:\\d+(?:\\.\\d+)?s)?(?:\\d+(?:\\.\\d+)?ms)?|\\d+(?:\\.\\d+)?");
    private static final Pattern SIZE =
            Pattern.compile("\\d+(?:\\.\\d+)? ?(?:B|[kKMGTP]B?|[KMGTP]iB)?");
    private static final Pattern TIME =
            Pattern.compile(
                    "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?"
                            + "(?:Z|[+-]\\d\\d:\\d\\d)");

    /** Linux takes no longer argument. */
    private static final int ARGUMENT_MAX = 131_071;

    private static final int ARGUMENTS_MAX = 4096;
    private static final int IDEMPOTENCY_KEY_MAX = 128;
    private static final int STDIN_BYTES_MAX = 64 * 1024;
    private static final int RUNS_MAX = 1000;
    private static final int PRIORITY_MAX = 1000;
    private static final int PARALLEL_MAX = 10_000_000;
    private static final double CPUS_MAX = 1_000_000;
    private static final long MEMORY_BYTES_MAX = 1L << 60;

    /** What the store can add to any time it knows. */
    private static final Duration DURATION_MAX = Duration.ofDays(36_500);

    /** A longer pause is no longer a retry. */
    private static final Duration BACKOFF_MAX = Duration.ofDays(30);

    /** The store's clock ends here. */
    private static final Instant MOMENT_MAX = Instant.parse("2150-01-01T00:00:00Z");

    private JobReader() {}

    /** Reads a JSON object into the draft. */
    public static void read(byte[] json, JobDraft draft) {
        JsonReader.document(json, FIELDS, (in, field) -> read(in, field, draft));
    }

    /** Reads the object at which the reader stands into the draft. */
    public static void read(JsonReader in, JobDraft draft) throws IOException {
        in.object(FIELDS, (i, field) -> read(i, field, draft));
    }

    /** Reads a JSON object that is one line among others, with its own idempotency key. */
    public static void readLine(byte[] json, JobDraft draft) {
        JsonReader.line(json, LINE_FIELDS, (in, field) -> read(in, field, draft));
    }

    /** Reads a field that came as the text of a form. */
    public static void readText(String field, String text, JobDraft draft) {
        boolean number = field.equals("priority") && text.matches("-?\\d{1,6}");
        boolean list = field.equals("outputs");
        byte[] json =
                Json.bytes(out -> {
                    out.writeStartObject();
                    out.writeFieldName(field);
                    if (number) {
                        out.writeNumber(Integer.parseInt(text));
                    } else if (list) {
                        out.writeStartArray();
                        for (String part : text.split(",")) {
                            out.writeString(part.strip());
                        }
                        out.writeEndArray();
                    } else {
                        out.writeString(text);
                    }
                    out.writeEndObject();
                });
        read(json, draft);
    }

    private static void read(JsonReader in, String field, JobDraft draft) throws IOException {
        switch (field) {
            case "name" -> draft.name = in.text(LINE, "use 1 to 200 printable characters");
            case "namespace" -> draft.namespace = Optional.of(new Namespace(in.name()));
            case "labels" -> draft.labels = labels(in);
            case "command" -> draft.command = Optional.of(command(in));
            case "args" ->
                    draft.arguments =
                            Optional.of(in.array(ARGUMENTS_MAX, i -> i.text(0, ARGUMENT_MAX)));
            case "env" -> draft.environment = environment(in);
            case "stdin" -> draft.stdin = stdin(in);
            case "outputs" ->
                    draft.outputs =
                            in.array(256, i -> i.text(GLOB, "use a relative pattern without '..'"));
            case "resources" -> draft.resources = resources(in);
            case "priority" -> draft.priority = (int) in.integer(-PRIORITY_MAX, PRIORITY_MAX);
            case "deadline" -> draft.deadline = Optional.of(instant(in));
            case "notBefore" -> draft.notBefore = Optional.of(instant(in));
            case "timeout" -> draft.timeout = Optional.of(timeout(in));
            case "retries" -> draft.retries = (int) in.integer(0, RUNS_MAX);
            case "restarts" -> draft.restarts = (int) in.integer(0, RUNS_MAX);
            case "backoff" -> draft.backoff = duration(in, BACKOFF_MAX);
            case "backoffMax" -> draft.backoffMax = Optional.of(duration(in, BACKOFF_MAX));
            case "retention" -> draft.retention = Optional.of(duration(in, DURATION_MAX));
            case KEY -> draft.idempotencyKey = Optional.of(in.text(1, IDEMPOTENCY_KEY_MAX));
            case "constraints" -> draft.constraints = in.array(64, JobReader::constraint);
            case "maxParallel" -> draft.maxParallel = (int) in.integer(0, PARALLEL_MAX);
            case "exclusive" -> draft.exclusive = in.truth();
            default -> throw new IllegalStateException("no reader for the field " + field);
        }
    }

    private static SortedMap<String, String> labels(JsonReader in) throws IOException {
        return in.map(
                64, LABEL, LABEL_RULE, i -> i.text(VALUE, "use at most 256 printable characters"));
    }

    private static SortedMap<String, String> environment(JsonReader in) throws IOException {
        return in.map(
                1024,
                VARIABLE,
                "use letters, digits and '_', first no digit",
                i -> i.text(0, ARGUMENT_MAX));
    }

    private static Work command(JsonReader in) throws IOException {
        if (in.isArray()) {
            List<String> argv = in.array(ARGUMENTS_MAX, i -> i.text(0, ARGUMENT_MAX));
            if (argv.isEmpty() || argv.getFirst().isEmpty()) {
                throw in.invalid("the program is missing", "name the program first");
            }
            return new Work.Command(argv);
        }
        if (in.isText()) {
            return new Work.Shell(in.text(1, ARGUMENT_MAX));
        }
        throw in.wrongType("a list of arguments or a shell line");
    }

    private static Bytes stdin(JsonReader in) throws IOException {
        String text = in.text(0, STDIN_BYTES_MAX);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > STDIN_BYTES_MAX) {
            throw in.invalid("the text has " + bytes.length + " bytes", "upload it as a file");
        }
        return Bytes.copyOf(bytes);
    }

    private static Resources resources(JsonReader in) throws IOException {
        long[] amounts = {Resources.ONE_CPU.cpuMillis(), 0, 0};
        List<SortedMap<String, Long>> named =
                Arrays.asList(Collections.<String, Long>emptySortedMap());
        in.object(
                RESOURCES,
                (i, field) -> {
                    switch (field) {
                        case "cpus" -> amounts[0] = cpuMillis(i);
                        case "memory" -> amounts[1] = size(i);
                        case "gpus" -> amounts[2] = i.integer(0, 100_000);
                        case "named" ->
                                named.set(
                                        0,
                                        i.map(
                                                64,
                                                LABEL,
                                                LABEL_RULE,
                                                n -> n.integer(0, Integer.MAX_VALUE)));
                        default -> throw new IllegalStateException("no reader for " + field);
                    }
                });
        return new Resources(amounts[0], amounts[1], (int) amounts[2], named.getFirst());
    }

    private static long cpuMillis(JsonReader in) throws IOException {
        double cpus = in.number(0, CPUS_MAX);
        double millis = Math.rint(cpus * 1000);
        if (Math.abs(cpus * 1000 - millis) > 1e-6 * Math.max(1, millis)) {
            throw in.invalid("the number is too fine", "use at most three decimals");
        }
        return (long) millis;
    }

    private static long size(JsonReader in) throws IOException {
        long bytes;
        if (in.isNumber()) {
            bytes = in.integer(0, MEMORY_BYTES_MAX);
        } else if (in.isText()) {
            in.text(SIZE, "write a size like 512MiB, 2GB or a number of bytes");
            bytes = in.parsed(Quantities::parseSize, "write a size of whole bytes, like 512MiB");
        } else {
            throw in.wrongType("a size");
        }
        if (bytes > MEMORY_BYTES_MAX) {
            throw in.invalid("no machine has so much", "ask for less");
        }
        return bytes;
    }

    private static Duration duration(JsonReader in, Duration max) throws IOException {
        if (in.isNumber()) {
            return Duration.ofNanos(Math.round(in.number(0, (double) max.toSeconds()) * 1e9));
        }
        if (!in.isText()) {
            throw in.wrongType("a duration");
        }
        String most = ", at most " + Quantities.formatDuration(max);
        String remedy = "write a duration like 1h30m, 90s, 500ms, 7d or a number of seconds" + most;
        in.text(DURATION, remedy);
        Duration duration = in.parsed(Quantities::parseDuration, remedy);
        if (duration.compareTo(max) > 0) {
            throw in.invalid("the duration is too long", remedy);
        }
        return duration;
    }

    private static Duration timeout(JsonReader in) throws IOException {
        Duration timeout = duration(in, DURATION_MAX);
        if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
            throw in.invalid("nothing runs in no time", "give at least 1ms, or no timeout");
        }
        return timeout;
    }

    /** A moment with its offset, as RFC 3339 writes it, from 1970 until before 2150. */
    public static Instant instant(JsonReader in) throws IOException {
        String remedy = "write a moment like 2027-01-31T12:00:00Z";
        in.text(TIME, remedy);
        Instant moment = in.parsed(text -> OffsetDateTime.parse(text).toInstant(), remedy);
        if (moment.isBefore(Instant.EPOCH) || !moment.isBefore(MOMENT_MAX)) {
            throw in.invalid("the moment is out of range", "give one from 1970 until before 2150");
        }
        return moment;
    }

    private static Constraint constraint(JsonReader in) throws IOException {
        ConstraintDraft draft = new ConstraintDraft();
        in.object(
                CONSTRAINT,
                (i, field) -> {
                    switch (field) {
                        case "label" -> draft.label = Optional.of(i.text(LABEL, LABEL_RULE));
                        case "in" -> draft.in = Optional.of(values(i));
                        case "notIn" -> draft.notIn = Optional.of(values(i));
                        default -> throw new IllegalStateException("no reader for " + field);
                    }
                });
        if (draft.label.isEmpty() || draft.in.isPresent() == draft.notIn.isPresent()) {
            throw in.invalid(
                    "a constraint is a label and either 'in' or 'notIn'",
                    "write {\"label\": \"zone\", \"in\": [\"a\"]}");
        }
        boolean matches = draft.in.isPresent();
        return new Constraint(
                draft.label.get(), matches, draft.in.or(() -> draft.notIn).orElseThrow());
    }

    private static List<String> values(JsonReader in) throws IOException {
        List<String> values =
                in.array(256, i -> i.text(VALUE, "use at most 256 printable characters"));
        if (values.isEmpty()) {
            throw in.invalid("there is no value", "give at least one value");
        }
        return values;
    }

    private static final class ConstraintDraft {
        private Optional<String> label = Optional.empty();
        private Optional<List<String>> in = Optional.empty();
        private Optional<List<String>> notIn = Optional.empty();
    }
}
