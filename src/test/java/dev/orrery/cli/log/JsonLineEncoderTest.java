package dev.orrery.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.client.Json;

import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Log lines that stay lines, whatever is logged. */
final class JsonLineEncoderTest {

    private final LoggerContext context = new LoggerContext();

    @Test
    void event_isOneObjectInALine() throws IOException {
        LoggingEvent event = event("task ended", new IOException("disk"));
        event.addKeyValuePair(new KeyValuePair("task", "0190-a"));
        event.addKeyValuePair(new KeyValuePair("attempt", 2));
        event.addKeyValuePair(new KeyValuePair("level", "of water"));

        JsonNode line = encode(event);

        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("logger").asText()).isEqualTo("room");
        assertThat(line.path("message").asText()).isEqualTo("task ended");
        assertThat(line.path("at").asText()).endsWith("Z");
        assertThat(line.path("task").asText()).isEqualTo("0190-a");
        assertThat(line.path("attempt").asInt()).isEqualTo(2);
        assertThat(line.path("level_").asText()).isEqualTo("of water");
        assertThat(line.path("error").asText()).contains("java.io.IOException: disk");
    }

    @Test
    void controlCharacters_areEscaped() throws IOException {
        String forged = "a\n{\"level\":\"x\"}\r\u001b[31m\"\\\u0085\u2028ü";

        String line = text(event(forged, new IOException("x\ny")));

        assertThat(line).endsWith("}\n").matches("[ -~]+\n");
        assertThat(Json.parse(line).path("message").asText()).isEqualTo(forged);
    }

    @Test
    void longMessage_isCutOff() throws IOException {
        JsonNode line = encode(event("x".repeat(100_000), new IOException("y")));

        assertThat(line.path("message").asText()).hasSize(16_384);
    }

    private LoggingEvent event(String message, Throwable error) {
        LoggingEvent event =
                new LoggingEvent(
                        "test",
                        context.getLogger("room"),
                        Level.WARN,
                        message,
                        error,
                        new Object[0]);
        event.setTimeStamp(0);
        return event;
    }

    private JsonNode encode(LoggingEvent event) throws IOException {
        return Json.parse(text(event));
    }

    private static String text(LoggingEvent event) {
        return new String(new JsonLineEncoder().encode(event), StandardCharsets.US_ASCII);
    }
}
