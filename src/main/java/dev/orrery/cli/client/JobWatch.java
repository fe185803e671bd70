package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Waits for the end of a job by its events, across broken connections and changes of leaders. */
public final class JobWatch {

    private final Jobs jobs;
    private final Patience patience = new Patience();

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
        while (true) {
            JsonNode read = patience.ask(() -> jobs.get(job));
            listener.accept(read, Optional.empty());
            if (Jobs.isTerminal(read)) {
                return read;
            }
            boolean ended =
                    patience.ask(() ->
                            follow(
                                    read.path("id").asText(),
                                    read.path("lastSeq").asLong(),
                                    event -> listener.accept(read, Optional.of(event))));
            if (!ended) {
                patience.rest();
            }
        }
    }

    private boolean follow(
            String id, long from, java.util.function.Consumer<ServerEvent> listener) {
        try (EventStream events = EventStream.open(jobs.client(), List.of("jobs." + id), from)) {
            for (Optional<ServerEvent> next = events.next();
                    next.isPresent();
                    next = events.next()) {
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
