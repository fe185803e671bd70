package dev.orrery.api;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The body of an answer, written piece by piece by a thread that may block. */
public final class ResponseBody {
    private static final long WRITE_SECONDS = 60;

    private final Context context;
    private final HttpServerResponse response;

    /** A body whose length is not known beforehand. */
    public ResponseBody(Call call) {
        this.context = call.context();
        this.response = call.response();
    }

    /**
     * Writes a piece and waits until it is on its way to the client.
     *
     * @throws IOException when the client is gone, or does not read for a minute
     */
    public void write(Buffer piece) throws IOException, InterruptedException {
        CompletableFuture<Void> written = new CompletableFuture<>();
        context.runOnContext(_ ->
                response.write(piece)
                        .onSuccess(written::complete)
                        .onFailure(written::completeExceptionally));
        try {
            written.get(WRITE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the client does not read", e);
        }
    }

    /** Whether nobody reads any more. */
    public boolean isClosed() {
        return response.closed();
    }
}
