package dev.orrery.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.endtoend.Api;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Clients that submit with keys through any master, again and again under the same key until they
 * have an answer, and write down what they were told.
 */
final class Clients {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final double CANCELLED = 0.05;
    private static final int STATUS_TOO_MANY = 429;
    private static final int STATUS_FULL = 507;

    private final History history;
    private final Supplier<Api> doors;
    private final String prefix;
    private final AtomicInteger serial = new AtomicInteger();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile double cancelled = CANCELLED;

    /**
     * @param doors the master to ask next
     * @param prefix of the keys
     */
    Clients(History history, Supplier<Api> doors, String prefix) {
        this.history = history;
        this.doors = doors;
        this.prefix = prefix;
    }

    /** Lets no client cancel what it has submitted, where each job has to run. */
    Clients patient() {
        cancelled = 0;
        return this;
    }

    /** Lets so many clients submit what the function makes, each with a pause, until stopped. */
    void start(int count, Duration pause, long seed, Function<Random, ObjectNode> specs) {
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed + i);
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    work(pause, random, specs);
                                } catch (RuntimeException | AssertionError died) {
                                    failures.add(died);
                                }
                            }));
        }
    }

    private void work(Duration pause, Random random, Function<Random, ObjectNode> specs) {
        List<String> mine = new ArrayList<>();
        while (!stopped.get()) {
            Optional<String> job = submit(specs.apply(random));
            job.ifPresent(mine::add);
            look(mine, random);
            if (job.isPresent() && random.nextDouble() < cancelled) {
                cancel(job.get());
            }
            pause(pause);
        }
    }

    /** Lets no new key begin, waits until each has its answer, and says what a client died of. */
    void stop() {
        stopped.set(true);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        threads.clear();
        List<Throwable> died = List.copyOf(failures);
        failures.clear();
        if (!died.isEmpty()) {
            throw new AssertionError("clients died: " + died.size(), died.getFirst());
        }
    }

    /** Submits under a new key until there is an answer. */
    Optional<String> submit(ObjectNode spec) {
        return submit(prefix + "-" + serial.incrementAndGet(), spec, Duration.ofSeconds(60));
    }

    /** Sends a submission under a new key one time, whatever is answered. */
    Optional<String> submitOnce(ObjectNode spec) {
        return submit(prefix + "-" + serial.incrementAndGet(), spec, Duration.ZERO);
    }

    /** Submits under the key until it is accepted, or that time is over; the job's id. */
    Optional<String> submit(String key, ObjectNode spec, Duration patience) {
        spec.putObject("labels").put("key", key);
        history.add(new Fact.Sent(History.now(), key));
        long deadline = System.nanoTime() + patience.toNanos();
        Duration pause = Duration.ofMillis(50);
        do {
            Optional<String> job = once(key, spec.toString());
            if (job.isPresent()) {
                return job;
            }
            pause(pause);
            pause =
                    pause.multipliedBy(2).compareTo(Duration.ofSeconds(1)) < 0
                            ? pause.multipliedBy(2)
                            : Duration.ofSeconds(1);
        } while (System.nanoTime() < deadline);
        return Optional.empty();
    }

    /** Sends one time; the job's id when it was accepted. */
    Optional<String> once(String key, String body) {
        try {
            Api api = doors.get();
            HttpRequest request =
                    api.request("/api/v1/jobs")
                            .timeout(TIMEOUT)
                            .header("Content-Type", "application/json")
                            .header("Idempotency-Key", key)
                            .POST(BodyPublishers.ofString(body))
                            .build();
            return answered(key, api.send(request));
        } catch (IOException e) {
            history.add(new Fact.Unknown(History.now(), key, e.toString()));
            return Optional.empty();
        }
    }

    private Optional<String> answered(String key, Api.Answer answer) {
        int status = answer.status();
        if (status / 100 == 2) {
            JsonNode accepted = answer.json();
            String job = accepted.path("id").asText();
            boolean replayed = accepted.path("replayed").asBoolean();
            history.add(new Fact.Acknowledged(History.now(), key, job, replayed));
            return Optional.of(job);
        }
        // Of the others some say that nothing was accepted, and some that nobody knows.
        boolean refused = status / 100 == 4 || status == STATUS_FULL;
        history.add(
                refused
                        ? new Fact.Refused(History.now(), key, status)
                        : new Fact.Unknown(History.now(), key, answer.text()));
        boolean saysWhen = answer.headers().firstValue("Retry-After").isPresent();
        if (status / 100 == 4 && !(status == STATUS_TOO_MANY && saysWhen)) {
            throw new AssertionError(answer.text());
        }
        return Optional.empty();
    }

    /** Looks at one of the jobs, and writes down an end that it is shown. */
    private void look(List<String> jobs, Random random) {
        if (jobs.isEmpty()) {
            return;
        }
        String id = jobs.get(random.nextInt(jobs.size()));
        try {
            Api api = doors.get();
            Api.Answer answer =
                    api.send(api.request("/api/v1/jobs/" + id).timeout(TIMEOUT).build());
            if (answer.status() == 404) {
                history.add(new Fact.Missing(History.now(), id));
            }
            if (answer.status() != 200) {
                return;
            }
            JsonNode job = answer.json();
            String state = job.path("state").asText();
            if (Api.TERMINAL.contains(state)) {
                int round = job.path("round").asInt();
                history.add(new Fact.EndSeen(History.now(), id, round, state));
            }
        } catch (IOException unreachable) {
            // Nothing was seen.
            return;
        }
    }

    /** Cancels the job one time; without an answer it may be cancelled, or not. */
    private void cancel(String id) {
        try {
            Api api = doors.get();
            HttpRequest request =
                    api.request("/api/v1/jobs/" + id + "/cancel")
                            .timeout(TIMEOUT)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.noBody())
                            .build();
            int status = api.send(request).status();
            if (status / 100 == 2) {
                history.add(new Fact.CancelAcknowledged(History.now(), id));
            } else if (status == 404) {
                history.add(new Fact.Missing(History.now(), id));
            }
        } catch (IOException unreachable) {
            // Nobody promised anything.
            return;
        }
    }

    private static void pause(Duration pause) {
        try {
            new CountDownLatch(1).await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
