package dev.orrery.store.backup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of any engine as lines of JSON: {@code {"table":"jobs","columns":["id",…]}}, then an array
 * for each row: numbers, texts, null, and bytes as {@code {"bytes":"base64"}}.
 */
final class TableRows {

    private static final JsonFactory JSON = new JsonFactory();

    private TableRows() {}

    static JsonGenerator writer(java.io.OutputStream out) throws IOException {
        JsonGenerator json = JSON.createGenerator(out);
        json.setRootValueSeparator(null);
        return json;
    }

    static JsonParser parser(java.io.InputStream in) throws IOException {
        return JSON.createParser(in);
    }

    static void writeHead(JsonGenerator json, String table, List<String> columns)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("table", table);
        json.writeArrayFieldStart("columns");
        for (String column : columns) {
            json.writeString(column);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    static void writeValue(JsonGenerator json, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case byte[] bytes -> {
                json.writeStartObject();
                json.writeBinaryField("bytes", bytes);
                json.writeEndObject();
            }
            case Long number -> json.writeNumber(number);
            case Integer number -> json.writeNumber(number);
            case Short number -> json.writeNumber(number);
            case String text -> json.writeString(text);
            default ->
                    throw new IllegalStateException(
                            "a backup has no form for values of " + value.getClass());
        }
    }

    /** What stands in a file of rows. */
    sealed interface Item {

        /** A table begins. */
        record Head(String table, List<String> columns) implements Item {
            /** Copies the list. */
            public Head {
                columns = List.copyOf(columns);
            }
        }

        /** A row of the table that began last. */
        record Row(List<@Nullable Object> values) implements Item {

            boolean has(int column) {
                return values.get(column) != null;
            }

            byte[] bytes(int column) throws DamagedBackupException {
                if (values.get(column) instanceof byte[] bytes) {
                    return bytes;
                }
                throw damaged();
            }

            long number(int column) throws DamagedBackupException {
                if (values.get(column) instanceof Long number) {
                    return number;
                }
                throw damaged();
            }

            String text(int column) throws DamagedBackupException {
                if (values.get(column) instanceof String text) {
                    return text;
                }
                throw damaged();
            }
        }
    }

    /** The next item; null at the end. */
    static @Nullable Item next(JsonParser json) throws IOException {
        JsonToken token = json.nextToken();
        if (token == null) {
            return null;
        }
        return token == JsonToken.START_OBJECT ? head(json) : row(json, token);
    }

    private static Item.Head head(JsonParser json) throws IOException {
        expect(json.nextFieldName(), "table");
        String table = json.nextTextValue();
        expect(json.nextFieldName(), "columns");
        expect(json.nextToken(), JsonToken.START_ARRAY);
        List<String> columns = new ArrayList<>();
        for (String column = json.nextTextValue(); column != null; ) {
            columns.add(column);
            column = json.nextTextValue();
        }
        expect(json.currentToken(), JsonToken.END_ARRAY);
        expect(json.nextToken(), JsonToken.END_OBJECT);
        return new Item.Head(String.valueOf(table), columns);
    }

    private static Item.Row row(JsonParser json, JsonToken first) throws IOException {
        expect(first, JsonToken.START_ARRAY);
        List<@Nullable Object> values = new ArrayList<>();
        for (JsonToken token = json.nextToken();
                token != JsonToken.END_ARRAY;
                token = json.nextToken()) {
            values.add(value(json, token));
        }
        return new Item.Row(values);
    }

    private static @Nullable Object value(JsonParser json, @Nullable JsonToken token)
            throws IOException {
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_STRING -> json.getText();
            case START_OBJECT -> {
                expect(json.nextFieldName(), "bytes");
                json.nextToken();
                byte[] bytes = json.getBinaryValue();
                expect(json.nextToken(), JsonToken.END_OBJECT);
                yield bytes;
            }
            case null, default -> throw damaged();
        };
    }

    private static void expect(@Nullable Object found, Object wanted)
            throws DamagedBackupException {
        if (!wanted.equals(found)) {
            throw damaged();
        }
    }

    private static DamagedBackupException damaged() {
        return new DamagedBackupException("the backup is damaged: its tables cannot be read");
    }
}
