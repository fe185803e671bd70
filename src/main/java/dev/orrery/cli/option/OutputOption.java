package dev.orrery.cli.option;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.Context;
import dev.orrery.cli.client.Json;

import picocli.CommandLine.Option;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** How an answer is written: for people, as JSON, or as bare identities. */
public final class OutputOption {

    /** The ways to write an answer. */
    public enum Format {
        TABLE,
        JSON,
        QUIET
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json|quiet",
            description = "For people, as one JSON document, or identities only.")
    private Format format = Format.TABLE;

    /** Whether it is this one. */
    public boolean is(Format other) {
        return format == other;
    }

    /** Writes one answer. */
    public void write(
            Context context,
            JsonNode answer,
            Function<JsonNode, String> identity,
            Consumer<JsonNode> table) {
        switch (format) {
            case TABLE -> table.accept(answer);
            case JSON -> context.print(Json.pretty(answer));
            case QUIET -> context.print(identity.apply(answer));
        }
    }

    /** Writes several answers: one JSON array, or a line of identity each. */
    public void writeAll(
            Context context,
            List<JsonNode> answers,
            Function<JsonNode, String> identity,
            Consumer<List<JsonNode>> table) {
        switch (format) {
            case TABLE -> table.accept(answers);
            case JSON -> context.print(Json.pretty(Json.array(answers)));
            case QUIET -> answers.forEach(answer -> context.print(identity.apply(answer)));
        }
    }
}
