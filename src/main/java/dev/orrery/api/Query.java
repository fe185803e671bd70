package dev.orrery.api;

import dev.orrery.api.json.JsonReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.json.Spelling;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;

import java.time.DateTimeException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The parameters after the '?' of a request. */
public final class Query {
    private final MultiMap values;

    private Query(MultiMap values) {
        this.values = values;
    }

    static Query of(HttpServerRequest request, List<String> known) {
        MultiMap values;
        try {
            values = request.params();
        } catch (IllegalArgumentException e) {
            throw Refusal.of(
                    ProblemCode.INVALID_VALUE,
                    "the query has a '%' that two hexadecimal digits do not follow",
                    "write '%' as %25");
        }
        for (Map.Entry<String, String> entry : values) {
            if (!known.contains(entry.getKey())) {
                String remedy =
                        Spelling.nearest(entry.getKey(), known)
                                .map(near -> "did you mean '" + near + "'?")
                                .orElse("known here: " + String.join(", ", known));
                throw Refusal.ofField(
                        ProblemCode.UNKNOWN_FIELD,
                        entry.getKey(),
                        "the contract does not know this query parameter",
                        remedy);
            }
        }
        return new Query(values);
    }

    /** The value of a parameter, when it is there. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** All values of a repeated parameter. */
    public List<String> all(String name) {
        return values.getAll(name);
    }

    /** A whole number. */
    public Optional<Long> integer(String name, long min, long max) {
        return parsed(
                name,
                text -> {
                    long value = Long.parseLong(text);
                    if (value < min || value > max) {
                        throw new IllegalArgumentException("out of range");
                    }
                    return value;
                },
                "use a whole number from " + min + " to " + max);
    }

    /** {@code true} or {@code false}; false when absent. */
    public boolean flag(String name) {
        return parsed(
                        name,
                        text ->
                                switch (text) {
                                    case "true" -> true;
                                    case "false" -> false;
                                    default -> throw new IllegalArgumentException("no boolean");
                                },
                        "use true or false")
                .orElse(false);
    }

    /** The parameter {@code namespace}. */
    public Optional<Namespace> namespace() {
        return parsed("namespace", Namespace::new, JsonReader.NAME_RULE);
    }

    /** A value read by a parser that throws when the text is not of its form. */
    public <T> Optional<T> parsed(String name, Function<String, T> parse, String remedy) {
        Optional<String> text = text(name);
        try {
            return text.map(parse);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    name,
                    "the value is not of the form that is needed here",
                    remedy);
        }
    }
}
