package dev.orrery.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** An answer over HTTP, as tests look at it. */
public record Answer(HttpResponse<byte[]> response) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The status. */
    public int status() {
        return response.statusCode();
    }

    /** A header; empty when it is not there. */
    public String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** The body as text. */
    public String body() {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    /** The body as JSON. */
    public JsonNode json() {
        try {
            return MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException("no JSON: " + body(), e);
        }
    }

    /** A field of the body. */
    public String text(String field) {
        JsonNode value = json().path(field);
        if (value.isMissingNode()) {
            throw new AssertionError("no field " + field + " in " + status() + " " + body());
        }
        return value.asText();
    }

    /** What kind of problem it is and where: {@code 400 unknown-field comand}. */
    public String problem() {
        String type = text("type").replace("urn:orrery:problem:", "");
        return (status() + " " + type + " " + json().path("field").asText()).strip();
    }
}
