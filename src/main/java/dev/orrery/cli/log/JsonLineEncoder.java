package dev.orrery.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;

import org.slf4j.event.KeyValuePair;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * Log events as JSON, one line each: {@code at}, {@code level}, {@code logger}, {@code message},
 * the event's own key-values, and {@code error} with the stack of an exception.
 *
 * <p>Everything outside of printable ASCII is escaped, so that nothing logged can forge a line or
 * act on a terminal.
 */
public final class JsonLineEncoder extends EncoderBase<ILoggingEvent> {

    /** Of one value; the rest is cut off. */
    private static final int VALUE_CHARS_MAX = 16_384;

    private static final Set<String> OWN = Set.of("at", "level", "logger", "message", "error");
    private static final byte[] NOTHING = new byte[0];

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(256).append('{');
        append(line, "at", event.getInstant().toString());
        append(line, "level", event.getLevel().toString());
        append(line, "logger", event.getLoggerName());
        append(line, "message", String.valueOf(event.getFormattedMessage()));
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                String key = OWN.contains(pair.key) ? pair.key + "_" : pair.key;
                appendValue(line, key, pair.value);
            }
        }
        IThrowableProxy error = event.getThrowableProxy();
        if (error != null) {
            append(line, "error", ThrowableProxyUtil.asString(error));
        }
        return line.append("}\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void appendValue(
            StringBuilder line, String key, @org.jspecify.annotations.Nullable Object value) {
        if (value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            appendKey(line, key);
            line.append(value);
        } else {
            append(line, key, String.valueOf(value));
        }
    }

    private static void append(StringBuilder line, String key, String value) {
        appendKey(line, key);
        quote(line, value);
    }

    private static void appendKey(StringBuilder line, String key) {
        if (line.length() > 1) {
            line.append(',');
        }
        quote(line, key);
        line.append(':');
    }

    private static void quote(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < Math.min(text.length(), VALUE_CHARS_MAX); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> line.append('\\').append(c);
                case '\n' -> line.append("\\n");
                case '\t' -> line.append("\\t");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        line.append(c);
                    } else {
                        line.append(String.format("\\u%04x", (int) c));
                    }
                }
            }
        }
        line.append('"');
    }
}
