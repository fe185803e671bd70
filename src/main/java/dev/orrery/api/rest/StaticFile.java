package dev.orrery.api.rest;

import dev.orrery.api.Call;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the program's own, read once and served from memory, compressed where that helps: it
 * holds nothing secret, so its length tells nothing.
 */
record StaticFile(Buffer content, Buffer compressed, String mediaType, String etag) {

    /** Reads a file of the class path. */
    static StaticFile read(String path, String mediaType) {
        try (InputStream in = StaticFile.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("not in the program: " + path);
            }
            byte[] bytes = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            String etag = HexFormat.of().formatHex(digest, 0, 16);
            return new StaticFile(Buffer.buffer(bytes), compress(bytes), mediaType, etag);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read from the program: " + path, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** The file as text. */
    String text() {
        return content.toString(StandardCharsets.UTF_8);
    }

    Future<Void> send(Call call) {
        String accepted = call.request().getHeader("accept-encoding");
        boolean asGzip =
                compressed.length() < content.length()
                        && accepted != null
                        && accepted.contains("gzip");
        Buffer body = asGzip ? compressed : content;
        String tag = '"' + etag + (asGzip ? "-gzip" : "") + '"';
        call.response()
                .putHeader("content-type", mediaType)
                .putHeader("etag", tag)
                .putHeader("vary", "accept-encoding")
                .putHeader("cache-control", "no-cache");
        String known = call.request().getHeader("if-none-match");
        if (known != null && known.contains(tag)) {
            return call.empty(304);
        }
        if (asGzip) {
            call.response().putHeader("content-encoding", "gzip");
        }
        if (call.request().method().equals(HttpMethod.HEAD)) {
            call.response().putHeader("content-length", Integer.toString(body.length()));
            return call.response().end();
        }
        return call.response().end(body);
    }

    private static Buffer compress(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return Buffer.buffer(out.toByteArray());
    }
}
