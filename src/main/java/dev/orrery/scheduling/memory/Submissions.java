package dev.orrery.scheduling.memory;

import dev.orrery.model.Namespace;
import dev.orrery.protocol.LoadedState.Submission;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The idempotency keys that still count, oldest first. */
public final class Submissions {

    private final Map<Key, Submission> byKey = new LinkedHashMap<>();

    /** An empty one. */
    public Submissions() {}

    private record Key(Namespace namespace, String text) {}

    public void add(Submission submission) {
        Key key = new Key(submission.namespace(), submission.key().key());
        byKey.remove(key);
        byKey.put(key, submission);
    }

    public Optional<Submission> find(Namespace namespace, String key) {
        return Optional.ofNullable(byKey.get(new Key(namespace, key)));
    }

    public Optional<Instant> oldest() {
        return byKey.values().stream().findFirst().map(Submission::at);
    }

    public void forgetBefore(Instant time) {
        Iterator<Submission> all = byKey.values().iterator();
        while (all.hasNext() && all.next().at().isBefore(time)) {
            all.remove();
        }
    }
}
