package dev.orrery.simulation;

import static dev.orrery.simulation.Violation.unless;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.Resources;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.scheduling.Sample;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Somebody who submits, cancels, retries, drains, reads and watches, through any master. */
final class Client {

    private static final long PATIENCE = 8 * Dice.SECOND;
    private static final long FORWARD_PATIENCE = 5 * Dice.SECOND;
    private static final int TRIES_MAX = 60;
    private static final Resources HALF_A_CPU =
            new Resources(500, 0, 0, Collections.emptySortedMap());

    private final World world;
    private final Host host;
    private final Dice dice;
    private int keys;

    Client(World world, Host host, Dice dice) {
        this.world = world;
        this.host = host;
        this.dice = dice;
    }

    void start() {
        host.start();
    }

    /** Does something now and then until a time. */
    void work(long until) {
        long pause = dice.skewed(Dice.SECOND / 20, 8 * Dice.SECOND);
        host.after(
                pause,
                () -> {
                    if (world.agenda.now() < until) {
                        act();
                        work(until);
                    }
                });
    }

    private void act() {
        switch (dice.below(20)) {
            case 0, 1 -> anyJob().ifPresent(this::cancel);
            case 2 -> anyJob().ifPresent(this::retry);
            case 3 -> drain();
            case 4, 5 -> anyJob().ifPresent(this::watch);
            default -> submitSome();
        }
    }

    private Optional<JobId> anyJob() {
        List<JobId> jobs = world.witness.accepted();
        return jobs.isEmpty() ? Optional.empty() : Optional.of(dice.pick(jobs));
    }

    private void submitSome() {
        int count = dice.chance(0.2) ? 1 + dice.below(6) : 1;
        for (int i = 0; i < count; i++) {
            JobSpec spec = spec();
            if (!world.isRunnable(spec)) {
                continue;
            }
            Optional<IdempotencyKey> key = dice.chance(0.7) ? Optional.of(key()) : Optional.empty();
            submit(spec, key, 0);
            if (key.isPresent() && world.whims.has(Whim.CLIENT_ASKS_TWO_MASTERS)) {
                submit(spec, key, 0);
            }
            if (key.isPresent() && world.whims.has(Whim.CLIENT_REUSES_A_KEY)) {
                submit(spec, Optional.of(new IdempotencyKey(key.get().key(), "other")), 0);
            }
        }
    }

    private IdempotencyKey key() {
        keys++;
        return new IdempotencyKey(host.name + "-" + keys, "body");
    }

    private JobSpec spec() {
        Sample.SpecDraft spec =
                Sample.spec()
                        .size(dice.below(3) == 0 ? 1 + dice.below(6) : 1)
                        .resources(Sample.cpus(1 + dice.below(2)))
                        .priority(dice.below(3))
                        .retry(
                                new RetryRule(
                                        dice.below(3),
                                        dice.below(4),
                                        Duration.ofMillis(dice.below(2_000)),
                                        Duration.ofSeconds(5)));
        Instant now = host.moment().wall();
        if (dice.below(6) == 0) {
            spec.deadline(now.plusSeconds(1 + dice.below(60)));
        }
        if (dice.below(6) == 0) {
            spec.notBefore(now.plusSeconds(1 + dice.below(30)));
        }
        if (dice.below(6) == 0) {
            spec.constraints(
                    List.of(new Constraint("number", dice.chance(0.5), List.of("1", "2"))));
        }
        shareIn(spec);
        return spec.make();
    }

    /** Some come from other namespaces, under bounds, or want a worker for themselves. */
    private void shareIn(Sample.SpecDraft spec) {
        switch (dice.below(8)) {
            case 0 -> spec.namespace("twice");
            case 1 -> spec.namespace("capped");
            case 2 -> spec.labels(new TreeMap<>(Map.of("license", "few")));
            case 3 -> spec.maxParallel(1 + dice.below(2));
            case 4 -> spec.exclusive(true);
            case 5 -> spec.resources(HALF_A_CPU);
            default -> {}
        }
    }

    /** Asks a master, which forwards to the leader. */
    private void ask(
            Consumer<Consumer<Message>> atMaster, Master master, Network.Answer<Message> answer) {
        world.network.<Message>request(host, master.life(), atMaster, PATIENCE, answer);
    }

    /** A master passes a request on to the leader. */
    static void forward(Master master, SchedulerRequest request, Consumer<Message> reply) {
        master.calls.request(
                request,
                FORWARD_PATIENCE,
                new Network.Answer<>() {
                    @Override
                    public void came(Message value) {
                        reply.accept(value);
                    }

                    @Override
                    public void missing() {
                        // The client is told 503 or nothing; both say that nobody knows.
                    }
                });
    }

    private void submit(JobSpec spec, Optional<IdempotencyKey> key, int tries) {
        Master master = world.anyMaster();
        Optional<IdempotencyKey> sent =
                tries > 0 && world.has(Bug.CLIENT_DROPS_THE_KEY_ON_RETRY) ? Optional.empty() : key;
        ask(
                reply ->
                        forward(
                                master,
                                new SchedulerRequest.Submit(world.newJob(), spec, sent),
                                reply),
                master,
                new Network.Answer<>() {
                    @Override
                    public void came(Message value) {
                        submitted(value, spec, key, tries);
                    }

                    @Override
                    public void missing() {
                        if (key.isPresent() && tries < TRIES_MAX) {
                            host.after(
                                    dice.between(Dice.SECOND / 5, 2 * Dice.SECOND),
                                    () -> submit(spec, key, tries + 1));
                        }
                    }
                });
    }

    private void submitted(Message reply, JobSpec spec, Optional<IdempotencyKey> key, int tries) {
        if (reply instanceof SchedulerReply.Accepted it) {
            world.count("accepted");
            world.witness.accepted(it.job(), key);
            readBack(it.job());
            if (key.isPresent()
                    && tries < TRIES_MAX
                    && world.whims.has(Whim.CLIENT_REPEATS_AFTER_THE_ANSWER)) {
                submit(spec, key, tries + 1);
            }
        } else if (reply instanceof SchedulerReply.Refused it
                && it.problem().code() == ProblemCode.IDEMPOTENCY_MISMATCH) {
            world.count("mismatch");
            unless(
                    world.whims.counts().containsKey(Whim.CLIENT_REUSES_A_KEY),
                    "a key that was used once is refused: " + key);
        }
    }

    /** What was accepted is seen through every master. */
    private void readBack(JobId job) {
        Master master = world.anyMaster();
        world.network.<List<JobEvent>>request(
                host,
                master.life(),
                reply -> world.read(master.host, job, 0, reply),
                PATIENCE,
                new Network.Answer<>() {
                    @Override
                    public void came(List<JobEvent> events) {
                        unless(!events.isEmpty(), "accepted, but not seen by a reader: " + job);
                    }

                    @Override
                    public void missing() {
                        // Reads may fail while the store is away.
                    }
                });
    }

    /** Cancels a job; what it was told is checked. */
    void cancel(JobId job) {
        Master master = world.anyMaster();
        ask(
                reply -> forward(master, new SchedulerRequest.Cancel(job, host.name), reply),
                master,
                whenDone(() -> {
                    world.count("cancelled");
                    world.witness.cancelled(job);
                }));
    }

    private void retry(JobId job) {
        Master master = world.anyMaster();
        ask(
                reply ->
                        world.read(
                                master.host,
                                job,
                                0,
                                history ->
                                        forward(
                                                master,
                                                new SchedulerRequest.Retry(job, history, host.name),
                                                reply)),
                master,
                whenDone(() -> world.count("retried")));
    }

    private void drain() {
        Master master = world.anyMaster();
        Worker worker = dice.pick(world.workers);
        boolean on = dice.chance(0.3);
        ask(
                reply -> forward(master, new SchedulerRequest.SetDrain(worker.id, on), reply),
                master,
                whenDone(() -> world.count("drained")));
    }

    /** Gives every worker work again, and asks until that is done. */
    void resumeAll() {
        world.workers.forEach(worker -> resume(worker, 0));
    }

    private void resume(Worker worker, int tries) {
        Master master = world.anyMaster();
        ask(
                reply -> forward(master, new SchedulerRequest.SetDrain(worker.id, false), reply),
                master,
                new Network.Answer<>() {
                    @Override
                    public void came(Message value) {
                        // Done, or the worker is not known, and then it does not drain.
                    }

                    @Override
                    public void missing() {
                        if (tries < TRIES_MAX) {
                            resume(worker, tries + 1);
                        }
                    }
                });
    }

    private void watch(JobId job) {
        new Watcher(world, host, job, 1 + dice.below(3)).start();
    }

    /** When all is well: submits a long task and cancels it, which must end it in time. */
    void probe() {
        JobSpec spec = Sample.spec().size(3).priority(World.LONG).make();
        submit(spec, Optional.of(key()), 0);
        host.after(
                5 * Dice.SECOND,
                () -> world.witness.accepted().reversed().stream().limit(4).forEach(this::cancel));
    }

    private static Network.Answer<Message> whenDone(Runnable then) {
        return new Network.Answer<>() {
            @Override
            public void came(Message value) {
                if (value instanceof SchedulerReply.Done) {
                    then.run();
                }
            }

            @Override
            public void missing() {
                // Nobody knows; whoever asked does not care.
            }
        };
    }
}
