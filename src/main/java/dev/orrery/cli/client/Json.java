package dev.orrery.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** JSON as a tree, and the fields of it that may be absent. */
public final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** An object without fields. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** An array of the items. */
    public static ArrayNode array(List<? extends JsonNode> items) {
        return MAPPER.createArrayNode().addAll(items);
    }

    /** An array of the texts. */
    public static ArrayNode texts(List<String> items) {
        ArrayNode array = MAPPER.createArrayNode();
        items.forEach(array::add);
        return array;
    }

    /**
     * Reads a document.
     *
     * @throws JsonProcessingException when the text is not JSON
     */
    public static JsonNode parse(String text) throws JsonProcessingException {
        JsonNode node = MAPPER.readTree(text);
        return node == null ? MAPPER.missingNode() : node;
    }

    /** The document in one line. */
    public static String write(JsonNode node) {
        return node.toString();
    }

    /** The document for people: indented. */
    public static String pretty(JsonNode node) {
        return node.toPrettyString();
    }

    /** The field as text; empty when it is absent. */
    public static Optional<String> text(JsonNode node, String field) {
        JsonNode value = node.get(field);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value.asText());
    }

    /** The field as text, or a dash. */
    public static String textOrDash(JsonNode node, String field) {
        return text(node, field).filter(text -> !text.isEmpty()).orElse("-");
    }

    /** The items of the field; none when it is absent. */
    public static List<JsonNode> items(JsonNode node, String field) {
        List<JsonNode> items = new ArrayList<>();
        node.path(field).forEach(items::add);
        return items;
    }
}
