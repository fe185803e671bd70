package dev.orrery.api.rest;

import dev.orrery.api.Call;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A file of the program's own, read once and served from memory. */
record StaticFile(Buffer content, String mediaType, String etag) {

    /** Reads a file of the class path. */
    static StaticFile read(String path, String mediaType) {
        try (InputStream in = StaticFile.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("not in the program: " + path);
            }
            byte[] bytes = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            String etag = '"' + HexFormat.of().formatHex(digest, 0, 16) + '"';
            return new StaticFile(Buffer.buffer(bytes), mediaType, etag);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read from the program: " + path, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    Future<Void> send(Call call) {
        call.response()
                .putHeader("content-type", mediaType)
                .putHeader("etag", etag)
                .putHeader("cache-control", "no-cache");
        String known = call.request().getHeader("if-none-match");
        if (known != null && known.contains(etag)) {
            return call.empty(304);
        }
        if (call.request().method().equals(HttpMethod.HEAD)) {
            call.response().putHeader("content-length", Integer.toString(content.length()));
            return call.response().end();
        }
        return call.response().end(content);
    }
}
