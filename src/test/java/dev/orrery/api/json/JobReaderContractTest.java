package dev.orrery.api.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.api.Contract;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigDecimal;
import java.util.List;
import java.util.Random;

/** The decoder written by hand and the schema of the contract refuse the same documents. */
final class JobReaderContractTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Half of a surrogate pair can be sent as an escape only. */
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final int DOCUMENTS = 4_000;

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
                    "comand",
                    "cpus",
                    "memory",
                    "gpus",
                    "named",
                    "label",
                    "in",
                    "notIn",
                    "a b",
                    "A_1",
                    "team/x",
                    "");
    private static final List<String> TEXTS =
            List.of(
                    "",
                    "a",
                    "sh",
                    "a b",
                    "a/b",
                    "../a",
                    "a/../b",
                    "/a",
                    "..",
                    "a..",
                    "*.txt",
                    "out/**",
                    "-x",
                    "1h30m",
                    "30m1h",
                    "90s",
                    "500ms",
                    "7d",
                    "1.5h",
                    "1h1h",
                    "5",
                    "5.",
                    ".5",
                    "1m5ms",
                    "5 s",
                    " 5s",
                    "512MiB",
                    "2GB",
                    "1 KiB",
                    "3x",
                    "0.5B",
                    "1.0000001KiB",
                    "10P",
                    "2099-01-01T00:00:00Z",
                    "2099-02-30T00:00:00Z",
                    "2099-01-01",
                    "2099-01-01T00:00:00",
                    "2099-01-01T00:00:00.5+02:00",
                    "2099-01-01t00:00:00z",
                    "ü",
                    "\u0000",
                    "a\nb",
                    "\u007f",
                    "x".repeat(63),
                    "x".repeat(64),
                    "x".repeat(201),
                    "x".repeat(257),
                    "🪐",
                    "\ud83e",
                    "a\udc00b",
                    "\udc00\ud800",
                    "31d",
                    "36500d",
                    "36501d",
                    "1e9",
                    "99999999999999999999d",
                    "1969-12-31T23:59:59Z",
                    "1970-01-01T00:00:00+01:00",
                    "2149-12-31T23:59:59-01:00",
                    "2149-12-31T23:59:59Z",
                    "9999-12-31T23:59:59-18:00",
                    "0000-01-01T00:00:00+18:00");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void fuzzedDocument_isTakenByBothOrRefusedByBoth(long seed) throws Exception {
        Random random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            ObjectNode document = document(random);
            boolean bySchema = Contract.faults("JobFields", document).isEmpty();
            String refusal = refusal(document);
            boolean known = isBeyondTheSchema(refusal);
            if (bySchema != refusal.isEmpty() && !known) {
                fail("seed %d: schema %s, decoder '%s': %s", seed, bySchema, refusal, document);
            }
            taken += refusal.isEmpty() ? 1 : 0;
        }
        assertThat(taken).isBetween(DOCUMENTS / 20, DOCUMENTS - DOCUMENTS / 20);
    }

    /** What a schema cannot say, each said in the description of its field. */
    private static boolean isBeyondTheSchema(String refusal) {
        return refusal.contains("nothing runs in no time")
                || refusal.contains("write a size of whole bytes")
                || refusal.contains("no machine has so much")
                || refusal.contains("at most 36500d")
                || refusal.contains("at most 30d")
                || refusal.contains("the moment is out of range");
    }

    private static String refusal(JsonNode document) throws Exception {
        try {
            JobReader.read(MAPPER.writeValueAsBytes(document), new JobDraft());
            return "";
        } catch (Refusal refusal) {
            return refusal.problem().detail() + " / " + refusal.problem().remedy().orElse("");
        }
    }

    private static ObjectNode document(Random random) {
        ObjectNode document = NODES.objectNode();
        int fields = 1 + random.nextInt(3);
        for (int i = 0; i < fields; i++) {
            String field = FIELDS.get(random.nextInt(random.nextInt(10) == 0 ? FIELDS.size() : 19));
            document.set(field, random.nextInt(4) == 0 ? any(random, 0) : fitting(field, random));
        }
        return document;
    }

    /** A value of about the right type. */
    private static JsonNode fitting(String field, Random random) {
        return switch (field) {
            case "command" -> random.nextBoolean() ? text(random) : texts(random);
            case "labels", "env" -> map(random, text(random));
            case "args", "outputs" -> texts(random);
            case "resources" -> {
                ObjectNode amount = NODES.objectNode();
                amount.set("cpus", number(random));
                amount.set("memory", random.nextBoolean() ? text(random) : number(random));
                if (random.nextBoolean()) {
                    amount.set("named", map(random, number(random)));
                    amount.set("gpus", number(random));
                }
                yield amount;
            }
            case "priority", "retries", "restarts" -> number(random);
            case "timeout", "backoff", "backoffMax", "retention" ->
                    random.nextInt(3) == 0 ? seconds(random) : text(random);
            case "constraints" -> {
                ObjectNode constraint = NODES.objectNode();
                constraint.set("label", text(random));
                constraint.set(random.nextBoolean() ? "in" : "notIn", texts(random));
                yield NODES.arrayNode().add(constraint);
            }
            default -> text(random);
        };
    }

    private static JsonNode any(Random random, int depth) {
        return switch (random.nextInt(depth > 2 ? 4 : 6)) {
            case 0 -> text(random);
            case 1 -> number(random);
            case 2 -> NODES.booleanNode(random.nextBoolean());
            case 3 -> NODES.nullNode();
            case 4 -> NODES.arrayNode().add(any(random, depth + 1));
            default -> map(random, any(random, depth + 1));
        };
    }

    private static ObjectNode map(Random random, JsonNode value) {
        return NODES.objectNode().set(FIELDS.get(random.nextInt(FIELDS.size())), value);
    }

    private static ArrayNode texts(Random random) {
        ArrayNode list = NODES.arrayNode();
        int size = random.nextInt(3);
        for (int i = 0; i < size; i++) {
            list.add(text(random));
        }
        return list;
    }

    private static JsonNode text(Random random) {
        return NODES.textNode(TEXTS.get(random.nextInt(TEXTS.size())));
    }

    private static JsonNode seconds(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> NODES.numberNode(random.nextLong(2_591_990, 2_592_010));
            case 1 -> NODES.numberNode(random.nextLong(3_153_599_990L, 3_153_600_010L));
            case 2 -> NODES.numberNode(new BigDecimal("1e308"));
            default -> number(random);
        };
    }

    private static JsonNode number(Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> NODES.numberNode(random.nextInt(2_001) - 1_000);
            case 1 -> NODES.numberNode(random.nextLong());
            case 2 -> NODES.numberNode(new BigDecimal("1.0"));
            case 3 -> NODES.numberNode(new BigDecimal("0.125"));
            case 4 -> NODES.numberNode(new BigDecimal("0.0005"));
            case 5 -> NODES.numberNode(new BigDecimal("1e3"));
            default -> NODES.numberNode(random.nextInt(20));
        };
    }
}
