package dev.orrery.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A multipart form as a test writes it, byte by byte. */
public final class Form {
    private static final String BOUNDARY = "----boundary-of-the-test";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Adds a file. */
    public Form file(String part, String fileName, byte[] content) {
        return part("name=\"" + part + "\"; filename=\"" + fileName + "\"", "", content);
    }

    /** Adds a text. */
    public Form text(String part, String text) {
        return part("name=\"" + part + "\"", "", text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds the job's JSON. */
    public Form job(String json) {
        String type = "Content-Type: application/json\r\n";
        return part("name=\"job\"", type, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a part with these parameters. */
    public Form part(String parameters, String headers, byte[] content) {
        raw("--" + BOUNDARY + "\r\nContent-Disposition: form-data; " + parameters + "\r\n");
        raw(headers + "\r\n");
        bytes.writeBytes(content);
        return raw("\r\n");
    }

    /** Adds anything. */
    public Form raw(String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** The form without its end. */
    public byte[] unfinished() {
        return bytes.toByteArray();
    }

    /** The whole body. */
    public byte[] body() {
        byte[] end = ("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] all = java.util.Arrays.copyOf(bytes.toByteArray(), bytes.size() + end.length);
        System.arraycopy(end, 0, all, bytes.size(), end.length);
        return all;
    }

    /** The content type. */
    public String contentType() {
        return "multipart/form-data; boundary=" + BOUNDARY;
    }
}
