package dev.orrery.api.stream;

import dev.orrery.api.json.Json;
import dev.orrery.api.json.WatchJson;
import dev.orrery.model.Namespace;
import dev.orrery.protocol.AttemptChange;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.TopicEvent;
import dev.orrery.protocol.TopicMessage.TopicEvent.AttemptsChanged;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Attempts that some readers may see, as they start and end. */
final class AttemptsChannel implements Channel {
    static final String NAME = "attempts";

    private final Optional<Namespace> namespace;
    private final Set<Subscriber> readers = new LinkedHashSet<>();
    private long batches;

    AttemptsChannel(Optional<Namespace> namespace) {
        this.namespace = namespace;
    }

    void add(Subscriber reader) {
        readers.add(reader);
        reader.deliver(Frame.subscribed(NAME, 0));
    }

    void remove(Subscriber reader) {
        readers.remove(reader);
    }

    @Override
    public Topic topic() {
        return new Topic.OfAttempts(namespace);
    }

    @Override
    public boolean isEmpty() {
        return readers.isEmpty();
    }

    @Override
    public void head(Head head) {}

    @Override
    public void pump() {}

    @Override
    public void event(TopicEvent event) {
        if (event instanceof AttemptsChanged changed && changed.namespace().equals(namespace)) {
            String json =
                    Json.text(out -> {
                        out.writeStartObject();
                        out.writeStringField("topic", NAME);
                        out.writeStringField("type", NAME);
                        out.writeArrayFieldStart("items");
                        for (AttemptChange change : changed.changes()) {
                            WatchJson.attempt(out, change);
                        }
                        out.writeEndArray();
                        out.writeNumberField("skipped", changed.skipped());
                        out.writeEndObject();
                    });
            Frame frame = Frame.live(NAME, NAME, NAME + "/" + batches++, json);
            readers.forEach(reader -> reader.deliver(frame));
        }
    }
}
