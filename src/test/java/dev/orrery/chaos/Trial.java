package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.endtoend.Api;

import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/** One case: clients, a fault, and in the end the whole history before the checker. */
final class Trial implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Trial.class);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration CLEANING = Duration.ofSeconds(30);

    private final String name;
    private final Fleet fleet;
    private final History history;
    private final Ledger ledger;
    private final Clients clients;
    private final Deque<Open> open = new ArrayDeque<>();

    /** A fault that is not taken back yet. */
    private record Open(String kind, String target, Runnable healing) {}

    /** A case whose clients ask the first master. */
    Trial(String name, Fleet fleet) {
        this(name, fleet, fleet::api);
    }

    Trial(String name, Fleet fleet, Supplier<Api> doors) {
        this.name = name;
        this.fleet = fleet;
        this.history = new History(name);
        this.ledger = new Ledger(fleet.stage().path("ledger-" + name));
        this.clients = new Clients(history, doors, name);
    }

    History history() {
        return history;
    }

    Ledger ledger() {
        return ledger;
    }

    Clients clients() {
        return clients;
    }

    /** A specification of a task that works so long and writes it down. */
    ObjectNode spec(double seconds) {
        return spec(ledger.line(seconds));
    }

    /** A specification of any command. */
    static ObjectNode spec(String command) {
        // What a fault costs is infrastructure; here it must never be the end.
        return Api.MAPPER.createObjectNode().put("command", command).put("restarts", 50);
    }

    /** Tasks of very different lengths, some of which leave a daemon behind. */
    Function<Random, ObjectNode> mix(double secondsMax) {
        return random -> {
            double seconds = 0.02 + secondsMax * random.nextDouble() * random.nextDouble();
            return spec(
                    random.nextInt(4) == 0 ? ledger.lineWithDaemon(seconds) : ledger.line(seconds));
        };
    }

    /** Submits one task; its id. */
    String submit(ObjectNode spec) {
        return clients.submit(spec).orElseThrow();
    }

    String submit(double seconds) {
        return submit(spec(seconds));
    }

    /** Cancels a job, which must be accepted. */
    void cancel(String job) {
        Api.Answer answer = fleet.api().post("/jobs/" + job + "/cancel", "");
        assertThat(answer.status() / 100).as(answer.text()).isEqualTo(2);
        history.add(new Fact.CancelAcknowledged(History.now(), job));
    }

    /** Writes down a fault that nobody has to take back, and does it. */
    void inject(String kind, String target, Runnable fault) {
        history.add(new Fact.Injected(History.now(), kind, target));
        fault.run();
    }

    /** Writes down a fault and does it; a test that fails within it is left by the healing. */
    void inject(String kind, String target, Runnable fault, Runnable healing) {
        open.push(new Open(kind, target, healing));
        inject(kind, target, fault);
    }

    /** Takes the last fault back. */
    void heal() {
        Open last = open.pop();
        last.healing().run();
        history.add(new Fact.Healed(History.now(), last.kind(), last.target()));
    }

    /** The worker on which the attempt of the job runs, once it does. */
    Member runningOn(String job, int attempt) {
        return fleet.worker(
                await("attempt " + attempt + " of " + job)
                        .atMost(PATIENCE)
                        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                        .until(
                                () -> fleet.api().job(job),
                                now ->
                                        now.path("state").asText().equals("RUNNING")
                                                && now.path("attempt").asInt() == attempt)
                        .path("worker")
                        .asText());
    }

    /** Waits until so many executions have been written down. */
    void awaitStarts(int count) {
        await(count + " starts").atMost(PATIENCE).until(() -> starts() >= count);
    }

    /** How many executions have been written down. */
    long starts() {
        return ledger.facts().stream().filter(Fact.Started.class::isInstance).count();
    }

    /** When the last execution began that has been written down; 0 before the first one. */
    long lastStart() {
        return ledger.facts().stream()
                .filter(Fact.Started.class::isInstance)
                .mapToLong(it -> ((Fact.Started) it).at())
                .max()
                .orElse(0);
    }

    long acknowledged() {
        return history.all(Fact.Acknowledged.class).map(Fact.Acknowledged::job).distinct().count();
    }

    void awaitAcknowledged(long count) {
        await(count + " acknowledged").atMost(PATIENCE).until(() -> acknowledged() >= count);
    }

    /** Waits for all ends, reads what is there, and demands that every rule holds. */
    Verdict verify() {
        Verdict verdict = judge(fleet.api());
        assertThat(verdict.violations()).as("%s, see %s", verdict, history.file()).isEmpty();
        assertThat(verdict.acknowledged()).as("%s", verdict).isPositive();
        LOG.atWarn().log(name + ": " + verdict);
        return verdict;
    }

    /** Waits for all ends, reads what is there through that master, and judges. */
    Verdict judge(Api api) {
        clients.stop();
        Set<String> open = new TreeSet<>();
        history.all(Fact.Acknowledged.class).forEach(it -> open.add(it.job()));
        try {
            await("every acknowledged job to end")
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                    .until(() -> allEnded(api, open));
        } catch (ConditionTimeoutException late) {
            // The checker says which.
            LOG.atWarn().log(name + " has jobs that do not end: " + open);
        }
        List<Path> masters = fleet.masters().stream().map(it -> fleet.data(it.name())).toList();
        List<Path> workers = fleet.workers().stream().map(it -> fleet.data(it.name())).toList();
        Leftovers leftovers = new Leftovers(fleet.home());
        try {
            await().atMost(CLEANING).until(() -> leftovers.now(masters, workers).isEmpty());
        } catch (ConditionTimeoutException late) {
            leftovers.now(masters, workers).forEach(it -> history.add(new Fact.Left(it)));
        }
        new Harvest(api, ledger).jobs(name + "-").forEach(history::add);
        ledger.facts().forEach(history::add);
        return Checker.check(history.facts(), fleet.lease());
    }

    private static boolean allEnded(Api api, Set<String> open) {
        open.removeIf(id -> {
            Api.Answer answer = api.get("/jobs/" + id);
            boolean isGone = answer.status() == 404;
            return isGone || Api.TERMINAL.contains(answer.json().path("state").asText());
        });
        return open.isEmpty();
    }

    @Override
    public void close() {
        try {
            while (!open.isEmpty()) {
                heal();
            }
        } finally {
            try {
                clients.stop();
            } finally {
                history.close();
            }
        }
    }
}
