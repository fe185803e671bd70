package dev.orrery.store.sqlite;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The labels of a job as the JSON text of one column. */
final class Labels {

    private static final String NONE = "{}";
    private static final JsonFactory JSON = new JsonFactory();

    private Labels() {}

    static String write(SortedMap<String, String> labels) {
        if (labels.isEmpty()) {
            return NONE;
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> label : labels.entrySet()) {
                json.writeStringField(label.getKey(), label.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory can be written", e);
        }
        return text.toString();
    }

    static SortedMap<String, String> read(String text) {
        if (text.equals(NONE)) {
            return Collections.emptySortedMap();
        }
        SortedMap<String, String> labels = new TreeMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                json.nextToken();
                labels.put(key, json.getText());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("labels are not JSON: " + text, e);
        }
        return Collections.unmodifiableSortedMap(labels);
    }
}
