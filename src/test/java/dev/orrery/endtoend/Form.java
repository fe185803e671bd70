package dev.orrery.endtoend;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A multipart form, small enough for the memory. */
public final class Form {
    private static final String BOUNDARY = "orrery-end-to-end-boundary";

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    public Form field(String name, String value) {
        return part("name=\"" + name + "\"", "text/plain", bytes(value));
    }

    public Form json(String json) {
        return part("name=\"job\"", "application/json", bytes(json));
    }

    public Form script(String text) {
        return part(
                "name=\"script\"; filename=\"script.sh\"", "application/octet-stream", bytes(text));
    }

    public Form file(String fileName, byte[] content) {
        return part(
                "name=\"file\"; filename=\"" + fileName + "\"",
                "application/octet-stream",
                content);
    }

    private Form part(String disposition, String type, byte[] content) {
        body.writeBytes(bytes(head(disposition, type)));
        body.writeBytes(content);
        body.writeBytes(bytes("\r\n"));
        return this;
    }

    /** What stands before the content of a part. */
    public static String head(String disposition, String type) {
        return "--%s\r\nContent-Disposition: form-data; %s\r\nContent-Type: %s\r\n\r\n"
                .formatted(BOUNDARY, disposition, type);
    }

    /** What stands after the last part. */
    public static String end() {
        return "--" + BOUNDARY + "--\r\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public String type() {
        return "multipart/form-data; boundary=" + BOUNDARY;
    }

    public byte[] body() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(body.toByteArray());
        whole.writeBytes(bytes(end()));
        return whole.toByteArray();
    }
}
