package dev.orrery.store.replica;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** Work by key of which there is one at a time: who comes meanwhile gets its result. */
final class Once<K, T> {

    private final Map<K, CompletableFuture<T>> running = new ConcurrentHashMap<>();

    T run(K key, Work<T> work) throws IOException {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<T> first = running.putIfAbsent(key, mine);
        if (first != null) {
            return await(first);
        }
        try {
            mine.complete(work.run());
        } catch (IOException | RuntimeException fault) {
            mine.completeExceptionally(fault);
        } finally {
            running.remove(key, mine);
            // Without effect unless an Error goes up: who waits must not wait for ever.
            mine.completeExceptionally(new IOException("the work ended with an error"));
        }
        return await(mine);
    }

    private static <T> T await(CompletableFuture<T> result) throws IOException {
        try {
            return result.join();
        } catch (CompletionException failed) {
            switch (failed.getCause()) {
                case IOException fault -> throw fault;
                case RuntimeException bug -> throw bug;
                case null, default -> throw failed;
            }
        }
    }

    /** Something that takes a while. */
    interface Work<T> {
        T run() throws IOException;
    }
}
