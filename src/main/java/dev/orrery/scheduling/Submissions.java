package dev.orrery.scheduling;

import dev.orrery.model.Namespace;
import dev.orrery.protocol.LoadedState.Submission;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The idempotency keys that still count, oldest first. */
final class Submissions {

    private final Map<Key, Submission> byKey = new LinkedHashMap<>();

    private record Key(Namespace namespace, String text) {}

    void add(Submission submission) {
        Key key = new Key(submission.namespace(), submission.key().key());
        byKey.remove(key);
        byKey.put(key, submission);
    }

    Optional<Submission> find(Namespace namespace, String key) {
        return Optional.ofNullable(byKey.get(new Key(namespace, key)));
    }

    Optional<Instant> oldest() {
        return byKey.values().stream().findFirst().map(Submission::at);
    }

    void forgetBefore(Instant time) {
        Iterator<Submission> all = byKey.values().iterator();
        while (all.hasNext() && all.next().at().isBefore(time)) {
            all.remove();
        }
    }
}
