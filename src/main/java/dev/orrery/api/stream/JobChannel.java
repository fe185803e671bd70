package dev.orrery.api.stream;

import dev.orrery.api.json.EventJson;
import dev.orrery.model.JobId;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage.EventsRead;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.TopicEvent;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The events of one job. Live events are hints: each reader has a cursor, and whatever stands
 * between it and the last known event comes from the recent ones or is read from a master, so that
 * history, gaps and lost messages are all the same case.
 */
final class JobChannel implements Channel {
    private static final int RECENT_MAX = 512;
    private static final int PAGE_MAX = 256;

    private final JobId job;
    private final String name;
    private final Upstream upstream;
    private final int pageSize;
    private final TreeMap<Long, Event> recent = new TreeMap<>();
    private final List<Reader> readers = new ArrayList<>();
    private long known;
    private boolean reading;

    /**
     * A channel without readers.
     *
     * @param bufferEvents unsent events of one client
     */
    JobChannel(JobId job, Upstream upstream, int bufferEvents) {
        this.job = job;
        this.name = "jobs." + job;
        this.upstream = upstream;
        this.pageSize = Math.clamp(bufferEvents / 2, 1, PAGE_MAX);
    }

    /** A place in the sequence of events. */
    static final class Reader {
        private final JobListener listener;
        private long cursor;
        private boolean greeted;

        Reader(JobListener listener, long after) {
            this.listener = listener;
            this.cursor = after;
        }
    }

    String name() {
        return name;
    }

    Reader add(JobListener listener, long after) {
        Reader reader = new Reader(listener, after);
        readers.add(reader);
        return reader;
    }

    void remove(Reader reader) {
        readers.remove(reader);
    }

    void remove(JobListener listener) {
        readers.removeIf(reader -> reader.listener.equals(listener));
    }

    @Override
    public Topic topic() {
        return new Topic.OfJob(job);
    }

    @Override
    public boolean isEmpty() {
        return readers.isEmpty();
    }

    @Override
    public void head(Head head) {
        known = Math.max(known, head.seq());
        for (Reader reader : List.copyOf(readers)) {
            if (!reader.greeted) {
                reader.greeted = true;
                reader.listener.subscribed(known);
            }
        }
        pump();
    }

    @Override
    public void event(TopicEvent event) {
        switch (event) {
            case TopicEvent.Durable(JobEvent durable) when durable.job().equals(job) -> {
                known = Math.max(known, durable.seq());
                Event encoded = encode(durable);
                recent.put(durable.seq(), encoded);
                giveLive(encoded);
                if (recent.size() > RECENT_MAX) {
                    recent.pollFirstEntry();
                }
                pump();
            }
            case TopicEvent.Progress progress when progress.attempt().job().equals(job) -> {
                Frame frame =
                        Frame.live(name, "progress", name, EventJson.progress(name, progress));
                for (Reader reader : List.copyOf(readers)) {
                    if (reader.greeted && reader.cursor >= known) {
                        reader.listener.live(frame);
                    }
                }
            }
            case TopicEvent.Durable _,
                    TopicEvent.Progress _,
                    TopicEvent.LogGrown _,
                    TopicEvent.ClusterChanged _,
                    TopicEvent.JobChanged _,
                    TopicEvent.Pulsed _,
                    TopicEvent.AttemptsChanged _ -> {}
        }
    }

    @Override
    public void pump() {
        long missingAfter = Long.MAX_VALUE;
        for (Reader reader : List.copyOf(readers)) {
            if (!reader.greeted) {
                continue;
            }
            Event next = recent.get(reader.cursor + 1);
            while (next != null && reader.listener.hasRoom()) {
                give(reader, next);
                next = recent.get(reader.cursor + 1);
            }
            if (reader.cursor < known && reader.listener.hasRoom()) {
                missingAfter = Math.min(missingAfter, reader.cursor);
            }
        }
        if (missingAfter != Long.MAX_VALUE && !reading) {
            read(missingAfter);
        }
    }

    private void read(long after) {
        reading = true;
        upstream.readEvents(job, after, pageSize)
                .onComplete(page -> {
                    reading = false;
                    // What failed, or brought nothing, is asked again at the next beat.
                    if (page.succeeded() && take(page.result())) {
                        pump();
                    }
                });
    }

    private boolean take(EventsRead page) {
        boolean moved = false;
        List<Event> events = page.events().stream().map(this::encode).toList();
        for (Reader reader : List.copyOf(readers)) {
            if (reader.cursor + 1 < page.firstKept() && reader.greeted) {
                reader.listener.truncated(page.firstKept());
                reader.cursor = page.firstKept() - 1;
                moved = true;
            }
            for (Event event : events) {
                boolean next = event.frame.seq() == reader.cursor + 1;
                if (next && reader.greeted && reader.listener.hasRoom()) {
                    give(reader, event);
                    moved = true;
                }
            }
        }
        if (!events.isEmpty()) {
            known = Math.max(known, events.getLast().frame.seq());
        }
        return moved;
    }

    /** Who is up to date gets the next event whether it has room or not: that is what lag means. */
    private void giveLive(Event event) {
        for (Reader reader : List.copyOf(readers)) {
            if (reader.greeted && reader.cursor + 1 == event.frame.seq()) {
                give(reader, event);
            }
        }
    }

    private static void give(Reader reader, Event event) {
        reader.cursor = event.frame.seq();
        reader.listener.event(event.event, event.frame);
    }

    private Event encode(JobEvent event) {
        Frame frame =
                Frame.durable(
                        name, EventJson.type(event), event.seq(), EventJson.durable(name, event));
        return new Event(event, frame);
    }

    private record Event(JobEvent event, Frame frame) {}
}
