package dev.orrery.chaos;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.endtoend.Api;
import dev.orrery.endtoend.Events;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads from a healed cluster all that it says of its jobs: lists, events, output. */
final class Harvest {
    private static final int READERS = 8;
    private static final int PAGE = 500;

    private final Api api;
    private final Ledger ledger;
    private final Queue<Fact> dispatched = new ConcurrentLinkedQueue<>();

    Harvest(Api api, Ledger ledger) {
        this.api = api;
        this.ledger = ledger;
    }

    /** Every job of the trial whose keys begin so. */
    List<Fact> jobs(String prefix) {
        try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
            List<Future<Fact>> jobs = new ArrayList<>();
            String cursor = "";
            do {
                JsonNode page = api.get("/jobs?limit=" + PAGE + cursor).json();
                for (JsonNode job : page.path("items")) {
                    if (job.path("labels").path("key").asText().startsWith(prefix)) {
                        String id = job.path("id").asText();
                        jobs.add(readers.submit(() -> new Fact.JobSeen(job(id))));
                    }
                }
                cursor = page.path("next").asText();
                cursor = cursor.isEmpty() ? "" : "&cursor=" + cursor;
            } while (!cursor.isEmpty());
            List<Fact> facts = new ArrayList<>();
            for (Future<Fact> job : jobs) {
                facts.add(job.get());
            }
            facts.addAll(dispatched);
            return facts;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private Fact.Job job(String id) {
        JsonNode job = api.job(id);
        boolean isOver = Api.TERMINAL.contains(job.path("state").asText());
        List<Fact.Attempt> attempts = new ArrayList<>();
        for (JsonNode attempt : job.path("attempts")) {
            attempts.add(
                    new Fact.Attempt(
                            attempt.path("number").asInt(),
                            attempt.path("worker").asText(),
                            attempt.path("state").asText()));
        }
        boolean traced = ledger.isLine(job.path("spec").path("command").asText());
        return new Fact.Job(
                id,
                job.path("labels").path("key").asText(),
                traced,
                job.path("state").asText(),
                job.path("round").asInt(),
                job.path("attempt").asInt(),
                job.path("lastSeq").asLong(),
                job.path("spec").path("restarts").asInt(),
                job.path("spec").path("retries").asInt(),
                attempts,
                // The stream of a job that is not over does not end.
                isOver ? events(id) : List.of(),
                isOver && traced ? api.stdout(id) : "");
    }

    private List<Fact.Event> events(String id) {
        List<Fact.Event> events = new ArrayList<>();
        for (JsonNode event : Events.durable(api, "jobs." + id, 0)) {
            if (event.path("type").asText().equals("assigned")) {
                Instant at = Instant.parse(event.path("at").asText());
                dispatched.add(
                        new Fact.Dispatched(ChronoUnit.NANOS.between(Instant.EPOCH, at), id));
            }
            events.add(
                    new Fact.Event(
                            event.path("seq").asLong(),
                            event.path("type").asText(),
                            event.path("state").asText(),
                            event.path("attempt").asInt(),
                            event.path("terminal").asBoolean()));
        }
        return events;
    }
}
