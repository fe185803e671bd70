package dev.orrery.api.json;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.model.Problem;

import java.io.IOException;

/** The form of a problem that RFC 9457 gives. */
public final class ProblemJson {
    private ProblemJson() {}

    /** Writes the problem as an object. */
    public static void write(JsonGenerator out, Problem problem) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "urn:orrery:problem:" + problem.code().slug());
        out.writeStringField("title", problem.code().title());
        out.writeNumberField("status", problem.code().httpStatus());
        out.writeNumberField("code", problem.code().number());
        out.writeStringField("detail", problem.detail());
        if (problem.field().isPresent()) {
            out.writeStringField("field", problem.field().get());
        }
        if (problem.remedy().isPresent()) {
            out.writeStringField("remedy", problem.remedy().get());
        }
        out.writeEndObject();
    }
}
