package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.protocol.WorkerReply;
import dev.orrery.scheduling.Step.Fate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** A leader, some workers, and a network between them that loses, repeats and reorders. */
final class Simulation {

    static final int WORKERS = 3;
    static final int KEYS = 4;

    /** So long everything takes at the most once the faults have stopped. */
    private static final int CALM_SECONDS = 2_000;

    private final Leader leader = Leader.standard();
    private final Audit audit = new Audit(leader);
    private final Executions executions;
    private final List<ModelWorker> workers = new ArrayList<>();
    private final boolean[] isolated = new boolean[WORKERS];
    private final List<Mail> mails = new ArrayList<>();
    private final List<Unsettled> unsettled = new ArrayList<>();
    private final Map<Long, Told> told = new LinkedHashMap<>();
    private final List<SchedulerRequest.Submit> submits = new ArrayList<>();
    private long lastTold;
    private boolean crashBeforeCommit;

    /** Where the wall clock stays in the end, so that what waits does not wait for an hour. */
    private Instant latest = Sample.START;

    private boolean calm;

    /** Something on its way, and the worker at one of its ends. */
    private record Mail(int worker, Runnable arrival) {}

    /** What a worker said, and when. */
    private record Told(int worker, WorkerMessage message, long at) {}

    /** An assignment that its worker has not taken yet. */
    private record Unsettled(Effect.Assign assign, long epoch) {}

    Simulation(boolean shortRuns) {
        executions = new Executions(audit, shortRuns);
        for (int i = 1; i <= WORKERS; i++) {
            TreeMap<String, String> labels = new TreeMap<>(Map.of("number", "" + i));
            WorkerOffer offer = new WorkerOffer(Sample.cpus(6 - i), 5 - i, labels, "host", "1");
            workers.add(new ModelWorker(worker(i), offer, executions));
        }
        workers.forEach(ModelWorker::restart);
    }

    static WorkerId worker(int number) {
        return new WorkerId("w" + number);
    }

    /** Plays the steps, checking each, and then waits without faults until all is over. */
    void play(List<Step> steps) {
        steps.forEach(this::take);
        calm();
        for (JobId job : leader.store().jobs()) {
            if (leader.store().isLive(job)) {
                throw new AssertionError("never over: " + leader.store().history(job));
            }
        }
        audit.check();
        if (!executions.isQuiet()) {
            throw new AssertionError("something still runs");
        }
    }

    private void take(Step step) {
        switch (step) {
            case Step.Advance it -> advance(Duration.ofMillis(it.millis()));
            case Step.Submit it -> submit(it.dice());
            case Step.Resubmit it -> pick(submits, it.job()).ifPresent(this::ask);
            case Step.Cancel it ->
                    pick(leader.store().jobs(), it.job())
                            .ifPresent(job -> ask(new SchedulerRequest.Cancel(job, "alice")));
            case Step.Retry it ->
                    pick(leader.store().jobs(), it.job()).ifPresent(job -> retry(job, it));
            case Step.Drain it ->
                    ask(new SchedulerRequest.SetDrain(worker(1 + it.worker() % WORKERS), it.on()));
            case Step.DrainItself it -> workers.get(it.worker() % WORKERS).drain(it.on());
            case Step.Restart it -> workers.get(it.worker() % WORKERS).restart();
            case Step.Leave it -> leave(it.worker() % WORKERS);
            case Step.Isolate it -> isolated[it.worker() % WORKERS] = it.on();
            case Step.Deliver it -> {
                if (!mails.isEmpty()) {
                    deliver(it.message() % mails.size(), it.fate());
                }
            }
            case Step.Jump it -> jump(Duration.ofMinutes(it.minutes()));
            case Step.Crash it -> {
                crashBeforeCommit = it.beforeCommit();
                if (!crashBeforeCommit) {
                    crash();
                }
            }
        }
    }

    private static <T> Optional<T> pick(List<T> from, int number) {
        return from.isEmpty() ? Optional.empty() : Optional.of(from.get(number % from.size()));
    }

    private void calm() {
        calm = true;
        crashBeforeCommit = false;
        leader.jump(Duration.between(leader.wall(), latest));
        for (int i = 0; i < WORKERS; i++) {
            isolated[i] = false;
            workers.get(i).drain(false);
            ask(new SchedulerRequest.SetDrain(worker(i + 1), false));
        }
        for (int second = 0; second < CALM_SECONDS; second++) {
            advance(Duration.ofSeconds(1));
            for (int i = 0; !mails.isEmpty(); i++) {
                if (i > 10_000) {
                    throw new AssertionError("messages beget messages without end");
                }
                deliver(0, Fate.ARRIVES);
            }
            if (leader.state().jobs().isEmpty() && executions.isQuiet()) {
                return;
            }
        }
    }

    private void advance(Duration time) {
        leader.advance(time);
        latest = leader.wall().isAfter(latest) ? leader.wall() : latest;
        for (int i = 0; i < WORKERS; i++) {
            if (!workers.get(i).isUp() && leader.now().nanos() % 3 == 0) {
                workers.get(i).restart();
            }
            for (WorkerMessage message : workers.get(i).pulse(leader.now().nanos())) {
                tell(i, message);
            }
        }
        for (Unsettled it : List.copyOf(unsettled)) {
            send(it);
        }
        step(new Input.Tick());
    }

    /** No lease ends by a jump, and no attempt with it. */
    private void jump(Duration time) {
        Map<WorkerId, Long> leases = leases();
        Map<WorkerId, List<AttemptId>> held = held();
        boolean sameLeader = !crashBeforeCommit;

        leader.jump(time);
        latest = leader.wall().isAfter(latest) ? leader.wall() : latest;
        step(new Input.Tick());

        if (sameLeader) {
            assertThat(leases()).isEqualTo(leases);
            held.forEach(
                    (id, attempts) -> assertThat(held().get(id)).as(id + "").containsAll(attempts));
        }
    }

    private Map<WorkerId, Long> leases() {
        Map<WorkerId, Long> leases = new TreeMap<>();
        leader.state().workers().forEach(it -> leases.put(it.id, it.leaseEnd()));
        return leases;
    }

    private Map<WorkerId, List<AttemptId>> held() {
        Map<WorkerId, List<AttemptId>> held = new TreeMap<>();
        leader.state().workers().forEach(it -> held.put(it.id, List.copyOf(it.attempts())));
        return held;
    }

    private void leave(int worker) {
        if (workers.get(worker).isUp()) {
            tell(worker, workers.get(worker).leave());
        }
    }

    private void submit(long dice) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(dice);
        Sample.SpecDraft spec =
                Sample.spec()
                        .size(random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 1)
                        .resources(Sample.cpus(1 + random.nextInt(2)))
                        .priority(random.nextInt(3))
                        .retry(retryRule(random));
        if (random.nextInt(4) == 0) {
            spec.deadline(leader.wall().plusSeconds(1 + random.nextInt(60)));
        }
        if (random.nextInt(4) == 0) {
            spec.notBefore(leader.wall().plusSeconds(1 + random.nextInt(30)));
        }
        if (random.nextInt(4) == 0) {
            spec.constraints(
                    List.of(new Constraint("number", random.nextBoolean(), List.of("1", "2"))));
        }
        Optional<IdempotencyKey> key =
                random.nextInt(3) == 0
                        ? Optional.of(
                                new IdempotencyKey(
                                        "k" + random.nextInt(KEYS), "b" + random.nextInt(2)))
                        : Optional.empty();
        submit(spec.make(), key);
    }

    private static RetryRule retryRule(RandomGenerator random) {
        return new RetryRule(
                random.nextInt(3),
                random.nextInt(4),
                Duration.ofMillis(random.nextInt(2_000)),
                Duration.ofSeconds(5));
    }

    private void submit(JobSpec spec, Optional<IdempotencyKey> key) {
        JobId job = Sample.job(submits.size() + 1);
        SchedulerRequest.Submit submit = new SchedulerRequest.Submit(job, spec, key);
        submits.add(submit);
        ask(submit);
    }

    private void retry(JobId job, Step.Retry step) {
        List<JobEvent> history = leader.store().history(job);
        int known = Math.max(0, history.size() - step.missing());
        ask(new SchedulerRequest.Retry(job, history.subList(0, known), "alice"));
    }

    private void ask(SchedulerRequest request) {
        step(new Input.Asked(0, request));
    }

    private void tell(int worker, WorkerMessage message) {
        lastTold++;
        long number = lastTold;
        told.put(number, new Told(worker, message, leader.now().nanos()));
        mails.add(new Mail(worker, () -> step(new Input.Told(number, message))));
    }

    private void deliver(int index, Fate fate) {
        Mail mail = fate == Fate.ARRIVES_TWICE ? mails.get(index) : mails.remove(index);
        if (fate != Fate.IS_LOST && !isolated[mail.worker()]) {
            mail.arrival().run();
        }
    }

    private void step(Input input) {
        if (crashBeforeCommit) {
            crashBeforeCommit = false;
            leader.stepAndCrash(input);
            unsettled.clear();
            audit.check();
            return;
        }
        Decision decision = leader.step(input);
        decision.effects().forEach(this::carryOut);
        if (decision.events().stream().anyMatch(StateEvent.Durable.class::isInstance)) {
            if (calm) {
                audit.checkCounts();
            } else {
                audit.check();
            }
        }
    }

    private void crash() {
        leader.crash();
        unsettled.clear();
        audit.check();
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Reply it -> checkReply(it.reply());
            case Effect.Answer it -> answer(it.replyTo(), it.reply());
            case Effect.Assign it -> {
                Unsettled assignment = new Unsettled(it, leader.epoch());
                unsettled.add(assignment);
                send(assignment);
            }
            case Effect.Stop it -> mail(it.worker(), worker -> worker.stopped(it));
            case Effect.Recall it -> mail(it.worker(), worker -> worker.recalled(it));
            case Effect.Progressed it -> {}
            case Effect.NodesChanged it -> {}
        }
    }

    private void checkReply(SchedulerReply reply) {
        if (reply instanceof SchedulerReply.Accepted it
                && leader.store().history(it.job()).isEmpty()) {
            throw new AssertionError("accepted, but not stored: " + it);
        }
    }

    private void answer(long number, WorkerReply reply) {
        Told about = Optional.ofNullable(told.get(number)).orElseThrow();
        ModelWorker worker = workers.get(about.worker());
        mails.add(
                new Mail(
                        about.worker(), () -> worker.answered(about.message(), about.at(), reply)));
    }

    private void send(Unsettled it) {
        mail(
                it.assign().worker(),
                worker -> {
                    worker.assigned(it.assign(), it.epoch());
                    unsettled.remove(it);
                });
    }

    private void mail(WorkerId to, Consumer<ModelWorker> arrival) {
        for (int i = 0; i < WORKERS; i++) {
            ModelWorker worker = workers.get(i);
            if (worker.id.equals(to)) {
                mails.add(new Mail(i, () -> arrival.accept(worker)));
            }
        }
    }
}
