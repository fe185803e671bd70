package dev.orrery.api.stream;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How far a stream of server-sent events is, in each of its topics: {@code jobs.ID:SEQ} and {@code
 * logs.ID:ATTEMPT/STDOUT/STDERR} with commas between, which is the id of an event.
 */
final class SsePlaces {
    private final Map<String, Long> events = new LinkedHashMap<>();
    private final Map<String, LogStart> logs = new LinkedHashMap<>();

    private SsePlaces() {}

    /** Reads an id as it was sent, or refuses it. */
    static SsePlaces parse(String id) {
        SsePlaces places = new SsePlaces();
        try {
            for (String place : id.isEmpty() ? List.<String>of() : List.of(id.split(",", -1))) {
                int colon = place.lastIndexOf(':');
                String topic = place.substring(0, colon);
                String text = place.substring(colon + 1);
                if (topic.startsWith("logs.")) {
                    places.logs.put(topic, LogStart.parse(text));
                } else {
                    places.events.put(topic, Long.parseLong(text));
                }
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "Last-Event-ID",
                    "no event of ours has this id",
                    "send the id of an event as it came, or none");
        }
        return places;
    }

    /**
     * The places of a stream that begins.
     *
     * @param topics by their whole names, each with the name that the client gave it
     * @param from where topics of events begin that have no place here
     */
    SsePlaces of(Map<String, String> topics, long from) {
        SsePlaces places = new SsePlaces();
        topics.forEach((whole, asked) -> {
            if (whole.startsWith("jobs.")) {
                long known = events.getOrDefault(asked, from);
                places.events.put(whole, events.getOrDefault(whole, known));
            } else if (whole.startsWith("logs.")) {
                LogStart known = logs.getOrDefault(asked, LogStart.BEGINNING);
                places.logs.put(whole, logs.getOrDefault(whole, known));
            }
        });
        return places;
    }

    /** The number after which the topic goes on. */
    long events(String topic) {
        return events.getOrDefault(topic, 0L);
    }

    /** The place from which the topic goes on. */
    LogStart logs(String topic) {
        return logs.getOrDefault(topic, LogStart.BEGINNING);
    }

    /** Takes a frame that is sent into account, and says whether it moved a place. */
    boolean pass(Frame frame) {
        String topic = frame.topic().orElse("");
        if (frame.piece().isPresent()) {
            logs.put(topic, logs(topic).after(frame.piece().get()));
            return true;
        }
        boolean numbered = frame.kind() == Frame.Kind.DURABLE && topic.startsWith("jobs.");
        if (numbered) {
            events.put(topic, frame.seq());
        }
        return numbered;
    }

    /** The id of the event that was passed last. */
    @Override
    public String toString() {
        return Stream.of(events, logs)
                .flatMap(places -> places.entrySet().stream())
                .map(place -> place.getKey() + ":" + place.getValue())
                .collect(Collectors.joining(","));
    }
}
