package dev.orrery.api.logs;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;

import java.util.Locale;

/** Reads output from the master that keeps it, over its REST route and with the reader's token. */
public final class HttpLogSource implements LogSource {
    private static final long TIMEOUT_MILLIS = 10_000;

    private final HttpClient client;

    /** Asks with this client, which must follow no redirects. */
    public HttpLogSource(HttpClient client) {
        this.client = client;
    }

    @Override
    public Future<Buffer> read(Piece piece) {
        String uri =
                "%s/api/v1/jobs/%s/logs?stream=%s&attempt=%d&offset=%d&limit=%d"
                        .formatted(
                                piece.dataUri(),
                                piece.attempt().job(),
                                piece.stream().name().toLowerCase(Locale.ROOT),
                                piece.attempt().number(),
                                piece.offset(),
                                piece.bytesMax());
        RequestOptions options =
                new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setAbsoluteURI(uri)
                        .setTimeout(TIMEOUT_MILLIS)
                        .putHeader("authorization", "Bearer " + piece.token().orElse(""));
        return client.request(options)
                .compose(request -> request.send())
                .compose(HttpLogSource::body);
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        return response.statusCode() == 200
                ? response.body()
                : Future.failedFuture(
                        new IllegalStateException("the master answers " + response.statusCode()));
    }
}
