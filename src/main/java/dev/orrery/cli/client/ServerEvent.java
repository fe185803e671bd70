package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One event of a topic.
 *
 * @param type the event's name, such as {@code started} or {@code chunk}
 */
public record ServerEvent(String type, JsonNode content) {

    /** Whether it is the last of its job's round. */
    public boolean isTerminal() {
        return content.path("terminal").asBoolean(false);
    }
}
