package dev.orrery.api;

import dev.orrery.protocol.Principal;

import io.vertx.core.Future;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Bearers known for a short time by the hash of their token, so that most calls ask nobody. */
final class PrincipalCache {
    private static final long TTL_NANOS = Duration.ofSeconds(5).toNanos();

    /** More tokens than this in five seconds are an attack, or cost a lookup each. */
    private static final int ENTRIES_MAX = 4096;

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    PrincipalCache(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Who is known by this hash, asking when nobody is. Only those found are remembered. */
    Future<Optional<Principal>> get(
            String hash, Function<String, Future<Optional<Principal>>> lookup) {
        Entry entry = entries.get(hash);
        if (entry != null && nanoTime.getAsLong() - entry.knownSince < TTL_NANOS) {
            return entry.answer;
        }
        long askedAt = nanoTime.getAsLong();
        return lookup.apply(hash).onSuccess(found -> remember(hash, found, askedAt));
    }

    void clear() {
        entries.clear();
    }

    private void remember(String hash, Optional<Principal> found, long askedAt) {
        if (found.isEmpty()) {
            entries.remove(hash);
            return;
        }
        if (entries.size() >= ENTRIES_MAX) {
            entries.clear();
        }
        entries.put(hash, new Entry(Future.succeededFuture(found), askedAt));
    }

    private record Entry(Future<Optional<Principal>> answer, long knownSince) {}
}
