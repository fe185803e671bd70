package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Waits for the end of a job by its events, across broken connections and changes of leaders. */
public final class JobWatch {

    private final Jobs jobs;
    private final Backoff backoff = new Backoff();

    /** Watches jobs of these. */
    public JobWatch(Jobs jobs) {
        this.jobs = jobs;
    }

    /**
     * Waits until the job is over.
     *
     * @param listener is told the record as last read, and each event since
     * @return the record of the ended job
     */
    public JsonNode awaitEnd(String job, BiConsumer<JsonNode, Optional<ServerEvent>> listener) {
        JsonNode record = jobs.get(job);
        // What was last is not the last one any more when another job comes meanwhile.
        String id = record.path("id").asText();
        while (true) {
            JsonNode read = record;
            listener.accept(read, Optional.empty());
            if (Jobs.isTerminal(read)) {
                return read;
            }
            long from = read.path("lastSeq").asLong();
            if (!follow(id, from, event -> listener.accept(read, Optional.of(event)))) {
                backoff.rest();
            }
            record = jobs.get(id);
        }
    }

    private boolean follow(String id, long from, Consumer<ServerEvent> listener) {
        try (EventStream events = EventStream.open(jobs.client(), List.of("jobs." + id), from)) {
            for (Optional<ServerEvent> next = events.next();
                    next.isPresent();
                    next = events.next()) {
                backoff.reset();
                listener.accept(next.get());
                if (next.get().isTerminal()) {
                    return true;
                }
                if (next.get().type().equals("truncated")) {
                    return true;
                }
            }
            return false;
        }
    }
}
