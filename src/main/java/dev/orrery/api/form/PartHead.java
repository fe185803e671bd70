package dev.orrery.api.form;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The headers of one part of a form. */
public record PartHead(String name, Optional<String> fileName, Optional<String> mediaType) {

    /** Reads header lines, each after a line end. */
    static PartHead parse(byte[] headers) {
        Map<String, String> fields = new TreeMap<>();
        for (String line : text(headers).split("\r\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                throw malformed("a header line of a part has no name");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (fields.put(name, line.substring(colon + 1).strip()) != null) {
                throw malformed("a header of a part stands there twice");
            }
        }
        String encoding = fields.getOrDefault("content-transfer-encoding", "binary");
        if (!encoding.matches("(?i)binary|8bit|7bit")) {
            throw malformed("the content-transfer-encoding of a part is not supported");
        }
        Optional<String> mediaType =
                Optional.ofNullable(fields.get("content-type"))
                        .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
        return disposition(fields.getOrDefault("content-disposition", ""), mediaType);
    }

    private static PartHead disposition(String disposition, Optional<String> mediaType) {
        int at = disposition.indexOf(';');
        if (at < 0 || !disposition.substring(0, at).strip().equalsIgnoreCase("form-data")) {
            throw malformed("a part has no content-disposition: form-data");
        }
        Map<String, String> parameters = parameters(disposition, at);
        if (parameters.containsKey("filename*")) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_FILE_NAME,
                    parameters.getOrDefault("name", "filename*"),
                    "the file name is given as filename*, which forms do not use",
                    "send filename=\"…\" in UTF-8");
        }
        String name = parameters.get("name");
        if (name == null) {
            throw malformed("a part has no name");
        }
        return new PartHead(name, Optional.ofNullable(parameters.get("filename")), mediaType);
    }

    /** Reads {@code ; name="value"; …} as browsers and curl write it. */
    private static Map<String, String> parameters(String text, int from) {
        Map<String, String> parameters = new TreeMap<>();
        int at = from;
        while (at < text.length()) {
            if (text.charAt(at) != ';') {
                throw malformed("the parameters of a content-disposition are not apart");
            }
            int equals = text.indexOf('=', at);
            if (equals < 0) {
                if (text.substring(at + 1).isBlank()) {
                    return parameters;
                }
                throw malformed("a parameter of a content-disposition has no value");
            }
            String name = text.substring(at + 1, equals).strip().toLowerCase(Locale.ROOT);
            StringBuilder value = new StringBuilder();
            at = value(text, equals + 1, value);
            if (parameters.put(name, value.toString()) != null) {
                throw malformed("a parameter of a content-disposition stands there twice");
            }
        }
        return parameters;
    }

    /** Appends one value; gives the place of the ';' after it, or the end. */
    private static int value(String text, int from, StringBuilder value) {
        int at = from;
        if (at == text.length() || text.charAt(at) != '"') {
            int end = text.indexOf(';', at) < 0 ? text.length() : text.indexOf(';', at);
            value.append(text.substring(at, end).strip());
            return end;
        }
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            boolean escape =
                    text.charAt(at) == '\\'
                            && at + 1 < text.length()
                            && (text.charAt(at + 1) == '"' || text.charAt(at + 1) == '\\');
            at += escape ? 1 : 0;
            if (text.startsWith("%22", at)) {
                value.append('"');
                at += 3;
            } else {
                value.append(text.charAt(at++));
            }
        }
        if (at >= text.length()) {
            throw malformed("a quoted parameter has no end");
        }
        at++;
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private static String text(byte[] headers) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(headers)).toString();
        } catch (CharacterCodingException e) {
            throw malformed("the headers of a part are no UTF-8");
        }
    }

    private static Refusal malformed(String detail) {
        return Refusal.of(
                ProblemCode.MALFORMED_BODY,
                "the multipart body is malformed: " + detail,
                "send multipart/form-data as RFC 7578 says, as 'curl -F' does");
    }
}
