package dev.orrery.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The contract that is served, against which every answer of the tests is checked. */
public final class Contract {
    private static final JsonNode DOCUMENT = read();
    private static final Map<String, JsonSchema> SCHEMAS = new ConcurrentHashMap<>();

    private Contract() {}

    /** The paths, with their operations. */
    public static JsonNode paths() {
        return DOCUMENT.path("paths");
    }

    /** What is wrong with a value; empty when the named schema takes it. */
    public static Set<ValidationMessage> faults(String schema, JsonNode value) {
        return SCHEMAS.computeIfAbsent(schema, Contract::schema).validate(value);
    }

    /** Fails when the contract does not know such an answer. */
    static void check(Answer answer) {
        HttpRequest request = answer.response().request();
        Optional<JsonNode> operation = operation(request.method(), request.uri().getRawPath());
        String type = answer.header("content-type").split(";", 2)[0];
        if (answer.status() >= 400) {
            assertThat(type).isEqualTo("application/problem+json");
            assertThat(faults("Problem", answer.json())).isEmpty();
            assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
        }
        if (operation.isEmpty()) {
            return;
        }
        JsonNode responses = operation.get().path("responses");
        boolean byFilters = answer.status() == 403 || answer.status() == 421;
        assertThat(responses.has(Integer.toString(answer.status())) || byFilters)
                .as("%s may answer %s", request, answer.status())
                .isTrue();
        String reference =
                responses
                        .path(Integer.toString(answer.status()))
                        .path("content")
                        .path(type)
                        .path("schema")
                        .path("$ref")
                        .asText();
        if (!reference.isEmpty()) {
            String schema = reference.substring(reference.lastIndexOf('/') + 1);
            assertThat(faults(schema, answer.json())).as(answer.body()).isEmpty();
        }
    }

    private static Optional<JsonNode> operation(String method, String path) {
        Iterator<Map.Entry<String, JsonNode>> all = paths().fields();
        while (all.hasNext()) {
            Map.Entry<String, JsonNode> entry = all.next();
            String pattern =
                    entry.getKey().replace("{name}", "\u0001").replaceAll("\\{[a-z]+}", "[^/]+");
            boolean tail = entry.getKey().contains("outputs");
            if (path.matches(pattern.replace("\u0001", tail ? ".+" : "[^/]+"))) {
                JsonNode operation = entry.getValue().path(method.toLowerCase(Locale.ROOT));
                return operation.isMissingNode() ? Optional.empty() : Optional.of(operation);
            }
        }
        return Optional.empty();
    }

    private static JsonSchema schema(String name) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("$ref", "#/components/schemas/" + name);
        root.set("components", DOCUMENT.path("components"));
        SchemaValidatorsConfig config =
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(root, config);
    }

    private static JsonNode read() {
        try (InputStream in = Contract.class.getResourceAsStream("/openapi.yaml")) {
            return new YAMLMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
