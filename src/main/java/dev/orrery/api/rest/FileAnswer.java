package dev.orrery.api.rest;

import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.logs.AttemptLogs.Place;
import dev.orrery.model.Bytes;
import dev.orrery.model.ProblemCode;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

import java.io.RandomAccessFile;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends bytes as the body of an answer: whole, or the range that was asked for (RFC 9110, 14). */
public final class FileAnswer {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    private FileAnswer() {}

    /** Sends a file that never changes, under its name, with ranges and conditions. */
    static Future<Void> sendFile(
            Call call, Blocking blocking, Place place, String name, long size, String sha256) {
        HttpServerRequest request = call.request();
        String etag = '"' + sha256 + '"';
        call.response()
                .putHeader("content-type", "application/octet-stream")
                .putHeader("content-disposition", disposition(name))
                .putHeader("accept-ranges", "bytes")
                .putHeader("etag", etag)
                .putHeader("cache-control", "private, no-cache");
        String noneMatch = request.getHeader("if-none-match");
        if (noneMatch != null && noneMatch.contains(etag)) {
            return call.empty(304);
        }
        Optional<Range> range = range(request, size, etag);
        if (range.isEmpty()) {
            return send(call, blocking, place, 0, size);
        }
        long first = range.get().first;
        long last = range.get().last;
        call.response()
                .setStatusCode(206)
                .putHeader("content-range", "bytes " + first + "-" + last + "/" + size);
        return send(call, blocking, place, first, last - first + 1);
    }

    /** Sends a run of bytes as the body; the headers stand already. */
    public static Future<Void> send(
            Call call, Blocking blocking, Place place, long offset, long length) {
        call.response().putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
        if (length == 0 || call.request().method().equals(HttpMethod.HEAD)) {
            return call.response().end();
        }
        return switch (place) {
            case Place.Memory(Bytes bytes) ->
                    call.response()
                            .end(
                                    Buffer.buffer()
                                            .appendBytes(
                                                    bytes.toArray(), (int) offset, (int) length));
            case Place.File(Path path) ->
                    blocking.call(() -> new RandomAccessFile(path.toFile(), "r"))
                            .compose(file ->
                                    call.response()
                                            .sendFile(file, offset, length)
                                            .eventually(() -> close(blocking, file)));
        };
    }

    private static Future<Void> close(Blocking blocking, RandomAccessFile file) {
        return blocking.call(() -> {
            file.close();
            return null;
        });
    }

    private static Optional<Range> range(HttpServerRequest request, long size, String etag) {
        String header = request.getHeader("range");
        String condition = request.getHeader("if-range");
        if (header == null || (condition != null && !condition.equals(etag))) {
            return Optional.empty();
        }
        Matcher matcher = RANGE.matcher(header.strip());
        if (!matcher.matches() || matcher.group().equals("bytes=-")) {
            return Optional.empty();
        }
        String from = matcher.group(1);
        String to = matcher.group(2);
        long first = from.isEmpty() ? Math.max(0, size - Long.parseLong(to)) : Long.parseLong(from);
        long last = from.isEmpty() || to.isEmpty() ? size - 1 : Long.parseLong(to);
        if (first > last && !from.isEmpty() && !to.isEmpty()) {
            return Optional.empty();
        }
        if (first >= size) {
            request.response().putHeader("content-range", "bytes */" + size);
            throw Refusal.ofField(
                    ProblemCode.RANGE_REFUSED,
                    "Range",
                    "the content has " + size + " bytes",
                    "ask for a range within it");
        }
        return Optional.of(new Range(first, Math.min(last, size - 1)));
    }

    /** A name that no browser shows as a page, in both of the forms of RFC 6266. */
    private static String disposition(String name) {
        String plain = name.substring(name.lastIndexOf('/') + 1);
        String ascii = plain.replaceAll("[^A-Za-z0-9._ -]", "_");
        String encoded = URLEncoder.encode(plain, StandardCharsets.UTF_8).replace("+", "%20");
        return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
    }

    private record Range(long first, long last) {}
}
