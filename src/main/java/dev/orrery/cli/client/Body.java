package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** What a request sends. */
public interface Body {

    /** Nothing. */
    Body NONE = new OfBytes("", new byte[0]);

    /** A document. */
    static Body of(JsonNode document) {
        return new OfBytes(
                "application/json", Json.write(document).getBytes(StandardCharsets.UTF_8));
    }

    /** Lines of JSON. */
    static Body ofLines(String lines) {
        return new OfBytes("application/x-ndjson", lines.getBytes(StandardCharsets.UTF_8));
    }

    /** The content type; empty when there is none. */
    String contentType();

    /** The exact number of bytes. */
    long lengthBytes();

    /** Writes the bytes; may be asked for again. */
    void writeTo(OutputStream out) throws IOException;

    /** Bytes in memory. */
    final class OfBytes implements Body {

        private final String contentType;
        private final byte[] content;

        OfBytes(String contentType, byte[] content) {
            this.contentType = contentType;
            this.content = content;
        }

        @Override
        public String contentType() {
            return contentType;
        }

        @Override
        public long lengthBytes() {
            return content.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(content);
        }
    }
}
