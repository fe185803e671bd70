package dev.orrery.cli.each;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.client.ApiException;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.JobWatch;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The ends of many jobs of a namespace: waits for the newest that is not over, and then looks which
 * one is the newest now. As jobs end mostly in their order, few are ever looked at.
 */
final class Ends {

    private static final String LIVE = "WAITING,QUEUED,ASSIGNED,RUNNING,FORWARDED";
    private static final String BAD = "FAILED,CANCELLED,EXPIRED";
    private static final String PAGE = "500";

    private final Jobs jobs;
    private final String namespace;
    private final Numbers numbers;

    Ends(Jobs jobs, String namespace, Numbers numbers) {
        this.jobs = jobs;
        this.namespace = namespace;
        this.numbers = numbers;
    }

    void await() {
        JobWatch watch = new JobWatch(jobs);
        for (Optional<JsonNode> live = newestLive(); live.isPresent(); live = newestLive()) {
            await(watch, live.get().path("id").asText());
        }
    }

    private static void await(JobWatch watch, String job) {
        try {
            watch.awaitEnd(job, (record, event) -> {});
        } catch (ApiException e) {
            // It ended and was removed in between.
            if (e.status() != 404) {
                throw e;
            }
        }
    }

    private Optional<JsonNode> newestLive() {
        List<JsonNode> found = new ArrayList<>();
        list(
                LIVE,
                job -> {
                    found.add(job);
                    return false;
                });
        return found.stream().findFirst();
    }

    /** Those that did not end well, oldest first. */
    List<JsonNode> bad() {
        List<JsonNode> found = new ArrayList<>();
        list(BAD, found::add);
        return found.reversed();
    }

    /** Shows our jobs in such a state, newest first, until the reader has enough. */
    private void list(String states, Predicate<JsonNode> goesOn) {
        Optional<String> cursor = Optional.empty();
        do {
            ApiPath path =
                    ApiPath.of("jobs")
                            .with("namespace", namespace)
                            .with("state", states)
                            .with("numbers", numbers.toString())
                            .with("limit", PAGE)
                            .with("cursor", cursor);
            JsonNode page = jobs.client().get(path);
            for (JsonNode job : Json.items(page, "items")) {
                if (numbers.contains(job.path("number").asLong()) && !goesOn.test(job)) {
                    return;
                }
            }
            cursor = Json.text(page, "next");
        } while (cursor.isPresent());
    }
}
