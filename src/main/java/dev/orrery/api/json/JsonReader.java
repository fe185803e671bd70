package dev.orrery.api.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A strict reader of one JSON value that knows where it is, so that the first fault names its
 * field.
 *
 * <p>Each method reads the value at which the reader stands. It refuses by throwing {@link
 * Refusal}.
 */
public final class JsonReader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private static final Pattern LONE_SURROGATE = Pattern.compile("[\\ud800-\\udfff]");

    /** How a name is written. */
    public static final String NAME_RULE =
            "use 1 to 63 letters, digits, '.', '_' or '-', first a letter or digit";

    private static final String LINE = "line";

    private static final double INTEGER_MAX = 9.007_199_254_740_992E15;

    private final JsonParser parser;

    /** What is read: the body, or one line of it. */
    private final String whole;

    private JsonReader(JsonParser parser, String whole) {
        this.parser = parser;
        this.whole = whole;
    }

    /** Reads the fields of an object, one call each. */
    @FunctionalInterface
    public interface Fields {
        /** Reads the value of the named field. */
        void read(JsonReader in, String field) throws IOException;
    }

    /** Reads one value. */
    @FunctionalInterface
    public interface Element<T> {
        /** The value. */
        T read(JsonReader in) throws IOException;
    }

    /** Reads a document that is one object with no other fields than the known ones. */
    public static void document(byte[] bytes, List<String> known, Fields fields) {
        document("body", bytes, known, fields);
    }

    /** Reads such a document that is one line among others. */
    public static void line(byte[] bytes, List<String> known, Fields fields) {
        document(LINE, bytes, known, fields);
    }

    private static void document(String whole, byte[] bytes, List<String> known, Fields fields) {
        try (JsonParser parser = Json.parser(bytes)) {
            JsonReader in = new JsonReader(parser, whole);
            try {
                if (parser.nextToken() == null) {
                    throw Refusal.of(
                            ProblemCode.MALFORMED_BODY,
                            "the " + whole + " is empty",
                            "send a JSON object");
                }
                in.object(known, fields);
                if (parser.nextToken() != null) {
                    throw Refusal.of(
                            ProblemCode.MALFORMED_BODY,
                            "something follows after the JSON object",
                            "send exactly one JSON object");
                }
            } catch (StreamConstraintsException e) {
                throw in.fault(
                        ProblemCode.INVALID_VALUE,
                        "the JSON is nested too deep, or a name or number is too long",
                        "send a simpler document");
            } catch (JsonProcessingException e) {
                throw in.malformed(e, bytes);
            }
        } catch (IOException e) {
            throw Refusal.of(
                    ProblemCode.MALFORMED_BODY,
                    "the " + whole + " is no UTF-8 text",
                    "send JSON in UTF-8");
        }
    }

    /** An object with no other fields than the known ones. */
    public void object(List<String> known, Fields fields) throws IOException {
        expect(JsonToken.START_OBJECT, "an object");
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            if (!known.contains(field)) {
                throw unknown(field, known);
            }
            parser.nextToken();
            fields.read(this, field);
        }
    }

    /** An object used as a map from free names. */
    public <T> SortedMap<String, T> map(
            int entriesMax, Pattern key, String keyRule, Element<T> element) throws IOException {
        expect(JsonToken.START_OBJECT, "an object");
        TreeMap<String, T> map = new TreeMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (!key.matcher(name).matches()) {
                throw invalid("the name is not allowed", keyRule);
            }
            if (map.size() == entriesMax) {
                throw invalid("there are more than " + entriesMax + " entries", "send fewer");
            }
            parser.nextToken();
            map.put(name, element.read(this));
        }
        return map;
    }

    /** An array. */
    public <T> List<T> array(int elementsMax, Element<T> element) throws IOException {
        expect(JsonToken.START_ARRAY, "an array");
        List<T> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (list.size() == elementsMax) {
                throw invalid("there are more than " + elementsMax + " elements", "send fewer");
            }
            list.add(element.read(this));
        }
        return list;
    }

    /** A text of whole characters without NUL. */
    public String text(int lengthMin, int lengthMax) throws IOException {
        String text = text();
        if (text.length() < lengthMin || text.codePointCount(0, text.length()) > lengthMax) {
            throw invalid(
                    "the text has " + text.length() + " characters",
                    "use " + lengthMin + " to " + lengthMax + " characters");
        }
        return text;
    }

    /** A text of a grammar. */
    public String text(Pattern grammar, String rule) throws IOException {
        String text = text();
        if (!grammar.matcher(text).matches()) {
            throw invalid("the text is not of the form that is needed here", rule);
        }
        return text;
    }

    /** Half of a pair has no form in UTF-8, and NUL ends an argument: neither reaches a task. */
    private String text() throws IOException {
        expect(JsonToken.VALUE_STRING, "a text");
        String text = parser.getText();
        if (text.indexOf('\0') >= 0) {
            throw invalid("the text contains the character NUL", "leave NUL out");
        }
        if (text.codePoints().anyMatch(JsonReader::isLoneSurrogate)) {
            throw invalid(
                    "the text contains one half of a surrogate pair",
                    "write both halves of the pair, or leave it out");
        }
        return text;
    }

    private static boolean isLoneSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    /** A name: 1 to 63 letters, digits, '.', '_' or '-', beginning with a letter or digit. */
    public String name() throws IOException {
        return text(NAME, NAME_RULE);
    }

    /** A whole number; 3.0 is one too. */
    public long integer(long min, long max) throws IOException {
        long value =
                switch (parser.currentToken()) {
                    case VALUE_NUMBER_INT ->
                            switch (parser.getNumberType()) {
                                case INT, LONG -> parser.getLongValue();
                                default -> throw outOfRange(min, max);
                            };
                    case VALUE_NUMBER_FLOAT -> {
                        double number = parser.getDoubleValue();
                        if (number != Math.rint(number)) {
                            throw wrongType("a whole number");
                        }
                        if (Math.abs(number) > INTEGER_MAX) {
                            throw outOfRange(min, max);
                        }
                        yield (long) number;
                    }
                    default -> throw wrongType("a whole number");
                };
        if (value < min || value > max) {
            throw outOfRange(min, max);
        }
        return value;
    }

    /** A number. */
    public double number(double min, double max) throws IOException {
        if (!parser.currentToken().isNumeric()) {
            throw wrongType("a number");
        }
        double value = parser.getDoubleValue();
        if (!(value >= min && value <= max)) {
            throw invalid(
                    "the number is out of range",
                    "use a number from " + plain(min) + " to " + plain(max));
        }
        return value;
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    /** A boolean. */
    public boolean truth() throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw wrongType("true or false");
        };
    }

    /** Whether the reader stands at a text. */
    public boolean isText() {
        return parser.currentToken() == JsonToken.VALUE_STRING;
    }

    /** Whether the reader stands at an array. */
    public boolean isArray() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    /** Whether the reader stands at a number. */
    public boolean isNumber() {
        return parser.currentToken().isNumeric();
    }

    /** A text read by a parser that throws IllegalArgumentException or DateTimeException. */
    public <T> T parsed(java.util.function.Function<String, T> parse, String remedy)
            throws IOException {
        expect(JsonToken.VALUE_STRING, "a text");
        try {
            return parse.apply(parser.getText());
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            throw invalid("the text is not of the form that is needed here", remedy);
        }
    }

    /** A value outside its range or grammar, here. */
    public Refusal invalid(String detail, String remedy) {
        return fault(ProblemCode.INVALID_VALUE, detail, remedy);
    }

    /** A value of another type than the one wanted, here. */
    public Refusal wrongType(String wanted) {
        JsonToken token = parser.currentToken();
        String found =
                token == JsonToken.VALUE_NULL
                        ? "null"
                        : switch (token) {
                            case START_OBJECT -> "an object";
                            case START_ARRAY -> "an array";
                            case VALUE_STRING -> "a text";
                            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
                            default -> "a number";
                        };
        String remedy = token == JsonToken.VALUE_NULL ? "leave the field out, or give " : "give ";
        return fault(
                ProblemCode.WRONG_TYPE,
                "here stands " + found + ", not " + wanted,
                remedy + wanted);
    }

    /** The path of the place at which the reader stands, such as {@code resources.cpus}. */
    public String path() {
        StringBuilder path = new StringBuilder();
        JsonToken token = parser.currentToken();
        boolean atStart = token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY;
        JsonStreamContext context = parser.getParsingContext();
        describe(atStart ? context.getParent() : context, path);
        return path.toString();
    }

    private static void describe(JsonStreamContext context, StringBuilder path) {
        JsonStreamContext parent = context.getParent();
        if (parent == null) {
            return;
        }
        describe(parent, path);
        if (context.inObject() && context.getCurrentName() != null) {
            path.append(path.isEmpty() ? "" : ".").append(whole(context.getCurrentName()));
        } else if (context.inArray()) {
            path.append('[').append(context.getCurrentIndex()).append(']');
        }
    }

    /** The name with a question mark for each half of a pair, which no answer can carry. */
    private static String whole(String name) {
        return LONE_SURROGATE.matcher(name).replaceAll("?");
    }

    private void expect(JsonToken token, String wanted) {
        if (parser.currentToken() != token) {
            throw wrongType(wanted);
        }
    }

    private Refusal outOfRange(long min, long max) {
        return invalid(
                "the number is out of range",
                "use a whole number from %d to %d".formatted(min, max));
    }

    private Refusal unknown(String field, List<String> known) {
        String remedy =
                Spelling.nearest(field, known)
                        .map(near -> "did you mean '" + near + "'?")
                        .orElse("known here: " + String.join(", ", known));
        return fault(ProblemCode.UNKNOWN_FIELD, "the contract does not know this field", remedy);
    }

    private Refusal malformed(JsonProcessingException e, byte[] bytes) {
        if (whole.equals(LINE)) {
            OptionalInt wrong = Utf8.firstFault(bytes);
            if (wrong.isPresent()) {
                return Refusal.of(
                        ProblemCode.MALFORMED_BODY,
                        "the line is no UTF-8 text from byte " + (wrong.getAsInt() + 1) + " on",
                        "send JSON in UTF-8");
            }
        }
        if (e.getOriginalMessage().startsWith("Duplicate field")) {
            return fault(
                    ProblemCode.MALFORMED_BODY,
                    "the field stands there twice",
                    "send each field once");
        }
        JsonLocation place = parser.currentLocation();
        String line = whole.equals(LINE) ? "" : "line " + place.getLineNr() + ", ";
        return Refusal.of(
                ProblemCode.MALFORMED_BODY,
                String.format(
                        Locale.ROOT,
                        "the %s is no JSON from %scolumn %d on",
                        whole,
                        line,
                        place.getColumnNr()),
                "send one JSON object in UTF-8");
    }

    private Refusal fault(ProblemCode code, String detail, String remedy) {
        String path = path();
        Optional<String> field = path.isEmpty() ? Optional.empty() : Optional.of(path);
        return new Refusal(new Problem(code, detail, field, Optional.of(remedy)));
    }
}
