package dev.orrery.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.SegmentedStringWriter;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The one configuration of the JSON library: bounded and strict. */
public final class Json {
    private static final int DEPTH_MAX = 16;
    private static final int NUMBER_LENGTH_MAX = 64;
    private static final int NAME_LENGTH_MAX = 1024;
    private static final int STRING_LENGTH_MAX = 16 * 1024 * 1024;

    private static final JsonFactory FACTORY =
            new JsonFactoryBuilder()
                    .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .rootValueSeparator("\n")
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MAX)
                                    .maxNumberLength(NUMBER_LENGTH_MAX)
                                    .maxNameLength(NAME_LENGTH_MAX)
                                    .maxStringLength(STRING_LENGTH_MAX)
                                    .build())
                    .build();

    private Json() {}

    /** Something that writes itself. */
    @FunctionalInterface
    public interface Body {
        /** Writes one JSON value; of several each stands on a line of its own. */
        void write(JsonGenerator out) throws IOException;
    }

    /** The value as UTF-8. */
    public static byte[] bytes(Body body) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(FACTORY._getBufferRecycler(), 512)) {
            try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
                body.write(out);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes all bytes", e);
        }
    }

    /** The value as text. */
    public static String text(Body body) {
        try (SegmentedStringWriter text = new SegmentedStringWriter(FACTORY._getBufferRecycler())) {
            try (JsonGenerator out = FACTORY.createGenerator(text)) {
                body.write(out);
            }
            return text.getAndClear();
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes all characters", e);
        }
    }

    static JsonParser parser(byte[] bytes) throws IOException {
        return FACTORY.createParser(bytes);
    }
}
