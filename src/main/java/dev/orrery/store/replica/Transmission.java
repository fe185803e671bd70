package dev.orrery.store.replica;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A request and its answer, with a bound on each pause: the timeout of a request of the JDK's
 * client is a bound on the whole of a large upload, and ends with the head of the answer, so that a
 * server that freezes after it would be waited for for ever.
 */
public final class Transmission {

    private final Sink sink;
    private final Duration idle;
    private volatile long heardNanos = System.nanoTime();
    private volatile Optional<IOException> fault = Optional.empty();

    private Transmission(Sink sink, Duration idle) {
        this.sink = sink;
        this.idle = idle;
    }

    /** Takes bytes as they come. */
    public interface Sink {
        /** Takes all of them. */
        void write(byte[] bytes) throws IOException;
    }

    /**
     * Sends a request, and gives the body to the sink when the status is 200. Blocking.
     *
     * @param idle the longest pause between two pieces
     */
    public static HttpResponse<Void> get(
            HttpClient client, HttpRequest.Builder request, Sink sink, Duration idle)
            throws IOException {
        return new Transmission(sink, idle).run(client, request.GET());
    }

    /**
     * Sends a file, and gives the body of the answer to the sink when the status is 200. Blocking.
     *
     * @param idle the longest pause between two pieces, and before the answer
     */
    public static HttpResponse<Void> put(
            HttpClient client, HttpRequest.Builder request, Path file, Sink sink, Duration idle)
            throws IOException {
        Transmission transmission = new Transmission(sink, idle);
        BodyPublisher body = BodyPublishers.ofFile(file);
        Flow.Publisher<ByteBuffer> watched =
                subscriber -> body.subscribe(transmission.watching(subscriber));
        long length = body.contentLength();
        return transmission.run(
                client,
                request.PUT(
                        length == 0
                                ? BodyPublishers.noBody()
                                : BodyPublishers.fromPublisher(watched, length)));
    }

    private HttpResponse<Void> run(HttpClient client, HttpRequest.Builder request)
            throws IOException {
        CompletableFuture<HttpResponse<Void>> answer =
                client.sendAsync(request.build(), head -> body(head.statusCode()));
        HttpResponse<Void> response = await(answer);
        if (fault.isPresent()) {
            throw fault.get();
        }
        return response;
    }

    private Flow.Subscriber<ByteBuffer> watching(Flow.Subscriber<? super ByteBuffer> subscriber) {
        return new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscriber.onSubscribe(subscription);
            }

            @Override
            public void onNext(ByteBuffer bytes) {
                heardNanos = System.nanoTime();
                subscriber.onNext(bytes);
            }

            @Override
            public void onError(Throwable failure) {
                subscriber.onError(failure);
            }

            @Override
            public void onComplete() {
                subscriber.onComplete();
            }
        };
    }

    private BodySubscriber<Void> body(int status) {
        heardNanos = System.nanoTime();
        return status == 200
                ? BodySubscribers.ofByteArrayConsumer(bytes -> bytes.ifPresent(this::take))
                : BodySubscribers.discarding();
    }

    private void take(byte[] bytes) {
        if (fault.isPresent()) {
            return;
        }
        try {
            sink.write(bytes);
        } catch (IOException e) {
            fault = Optional.of(e);
        }
        heardNanos = System.nanoTime();
    }

    private <T> T await(CompletableFuture<T> answer) throws IOException {
        try {
            while (true) {
                long left = idle.toNanos() - (System.nanoTime() - heardNanos);
                if (left <= 0 || fault.isPresent()) {
                    throw fault.orElseGet(() ->
                            new IOException("no byte came for " + idle.toSeconds() + " seconds"));
                }
                try {
                    return answer.get(left, TimeUnit.NANOSECONDS);
                } catch (TimeoutException quiet) {
                    // Bytes may have come meanwhile; the next turn looks.
                }
            }
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException cause
                    ? cause
                    : new IOException("the bytes did not come", failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while bytes came", interrupted);
        } finally {
            answer.cancel(true);
        }
    }
}
