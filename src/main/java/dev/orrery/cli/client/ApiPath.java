package dev.orrery.cli.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A path below {@code /api/v1} with its query, each part encoded. */
public final class ApiPath {

    private final StringBuilder text = new StringBuilder("/api/v1");
    private char separator = '?';

    private ApiPath() {}

    /** The path of the segments. */
    public static ApiPath of(String... segments) {
        ApiPath path = new ApiPath();
        for (String segment : segments) {
            path.text.append('/').append(encode(segment).replace("%3A", ":"));
        }
        return path;
    }

    /** Adds a parameter to the query. */
    public ApiPath with(String name, String value) {
        text.append(separator).append(encode(name)).append('=').append(encode(value));
        separator = '&';
        return this;
    }

    /** Adds a parameter where there is a value. */
    public ApiPath with(String name, Optional<String> value) {
        return value.map(present -> with(name, present)).orElse(this);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
