package dev.orrery.simulation;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.Sample;
import dev.orrery.scheduling.policy.DoublingBackoff;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Rules;
import dev.orrery.simulation.Host.Life;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Everything there is in one run, wired together. */
final class World {

    /** The priority of tasks that run for long. */
    static final int LONG = 9;

    /** One namespace counts twice, one may have three tasks with workers, one label two. */
    static final Rules.Sharing SHARING =
            new Rules.Sharing(
                    new TreeMap<>(Map.of("twice", 2L)),
                    0,
                    new TreeMap<>(Map.of("capped", 3L)),
                    new TreeMap<>(Map.of("license=few", 2L)),
                    Duration.ofSeconds(3));

    private static final int CLIENTS = 2;
    private static final int SCHEDULES_EVERY = 4;
    private static final long LONG_RUN = 40 * Dice.SECOND;
    private static final long SETTLED_AFTER = 15 * Dice.SECOND;
    private static final long STALE = 2 * Dice.SECOND;
    private static final long RESTART_MAX = 15 * Dice.SECOND;
    private static final long OPERATOR_LOOKS_EVERY = 10 * Dice.SECOND;

    final Plan plan;
    final Agenda agenda = new Agenda();
    final Dice chance;
    final Whims whims;
    final Network network;
    final SimulatedStore store;
    final Host storeHost;
    final List<Host> hosts = new ArrayList<>();
    final List<Master> masters = new ArrayList<>();
    final List<Worker> workers = new ArrayList<>();
    final List<Client> clients = new ArrayList<>();
    final Optional<Planner> planner;
    final Map<String, Life> lives = new TreeMap<>();
    final Witness witness;
    final Havoc havoc;
    private final Map<String, Worker> workersByName = new TreeMap<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<JobId, List<Watcher>> watchers = new LinkedHashMap<>();
    private final boolean shortRuns;
    private final boolean traced;
    private final List<String> trace = new ArrayList<>();
    private boolean calm;
    private long calmSince;
    private long jobs;

    World(Plan plan, boolean traced) {
        this.plan = plan;
        this.traced = traced;
        Dice dice = Dice.of(plan.seed() ^ 0x5DEECE66DL);
        this.chance = dice.split();
        this.whims = new Whims(dice.split(), plan.whims());
        this.shortRuns = plan.seed() % 3 == 0;
        int hostCount = 1 + plan.masters() + plan.workers() + CLIENTS;
        this.network = new Network(this, dice.split(), hostCount, plan.weather());
        this.storeHost = host("store", dice);
        this.store = new SimulatedStore(this, storeHost, dice.split());
        for (int i = 1; i <= plan.masters(); i++) {
            masters.add(new Master(this, host("m" + i, dice)));
        }
        for (int i = 1; i <= plan.workers(); i++) {
            Worker worker = new Worker(this, host("w" + i, dice), offer(i, dice));
            workers.add(worker);
            workersByName.put(worker.id.name(), worker);
        }
        this.witness = new Witness(this, workers.stream().map(it -> it.id).toList());
        for (int i = 1; i <= CLIENTS; i++) {
            clients.add(new Client(this, host("c" + i, dice), dice.split()));
        }
        this.planner =
                plan.seed() % SCHEDULES_EVERY == 0
                        ? Optional.of(new Planner(this, hosts.getLast(), dice.split()))
                        : Optional.empty();
        this.havoc = new Havoc(this);
    }

    private Host host(String name, Dice dice) {
        Duration skew = Duration.ofSeconds(dice.between(-60, 60));
        Host host = new Host(this, name, hosts.size(), dice.any(), skew);
        hosts.add(host);
        return host;
    }

    private static WorkerOffer offer(int number, Dice dice) {
        TreeMap<String, String> labels = new TreeMap<>(Map.of("number", "" + number));
        int cpus = 4 + dice.below(5);
        return new WorkerOffer(Sample.cpus(cpus), cpus - dice.below(3), labels, "host", "1");
    }

    void start() {
        masters.forEach(Master::start);
        workers.forEach(Worker::start);
        clients.forEach(Client::start);
    }

    boolean has(Bug bug) {
        return plan.bugs().contains(bug);
    }

    boolean isCalm() {
        return calm;
    }

    /** For how long there has been no fault. */
    long calmFor() {
        return calm ? agenda.now() - calmSince : 0;
    }

    /** Whether the faults are long over, so that every promise about time holds. */
    boolean isSettled() {
        return calmFor() > SETTLED_AFTER;
    }

    /** Reads a job's events for a client, at a master that may not lead. */
    void read(Host at, JobId job, long after, Consumer<List<JobEvent>> reader) {
        agenda.after(
                network.transit(),
                () -> {
                    if (network.isOpen(at, storeHost)) {
                        List<JobEvent> history = visible(job);
                        List<JobEvent> found =
                                List.copyOf(
                                        history.subList(
                                                (int) Math.min(after, history.size()),
                                                history.size()));
                        int life = at.life().number();
                        agenda.after(
                                network.transit(), () -> at.run(life, () -> reader.accept(found)));
                    }
                });
    }

    private List<JobEvent> visible(JobId job) {
        List<JobEvent> history = store.durable.history(job);
        if (has(Bug.READS_SKIP_AN_EVENT) && history.size() > 2) {
            List<JobEvent> rest = new ArrayList<>(history);
            rest.remove(1);
            return rest;
        }
        if (has(Bug.READS_ARE_STALE)) {
            return history.stream().filter(it -> witness.isOlder(it, STALE)).toList();
        }
        return history;
    }

    /** The faults are over: everything is mended, and everybody runs. */
    void heal() {
        trace(() -> "all faults end");
        calm = true;
        calmSince = agenda.now();
        havoc.heal();
        masters.stream().filter(it -> !it.host.isUp()).forEach(Master::start);
        for (Worker worker : workers) {
            if (worker.host.isUp() && worker.isDraining()) {
                worker.losePower();
            }
            if (!worker.host.isUp()) {
                worker.start();
            }
        }
        agenda.after(OPERATOR_LOOKS_EVERY, this::startWorkersThatDrained);
    }

    /** A process that nothing can kill drains its worker, until somebody starts it again. */
    private void startWorkersThatDrained() {
        for (Worker worker : workers) {
            if (worker.host.isUp() && worker.isDraining() && worker.isAtRest()) {
                worker.losePower();
            }
        }
        agenda.after(OPERATOR_LOOKS_EVERY, this::startWorkersThatDrained);
    }

    /** Begins a new life of a host, after a while. */
    void restartLater(Runnable start, Host host) {
        trace(() -> host + " is gone");
        long pause = calm ? Dice.SECOND : chance.skewed(Dice.SECOND / 2, RESTART_MAX);
        agenda.after(
                pause,
                () -> {
                    if (!host.isUp()) {
                        start.run();
                    }
                });
    }

    void freeze(Host host, long nanos) {
        if (!host.isUp() || calm) {
            return;
        }
        trace(() -> host + " freezes for " + nanos / Dice.MILLI + " ms");
        host.freeze();
        agenda.after(nanos, host::thaw);
    }

    Master anyMaster() {
        List<Master> up = masters.stream().filter(it -> it.host.isUp()).toList();
        return chance.pick(up.isEmpty() ? masters : up);
    }

    Master masterAt(Host host) {
        return masters.get(host.number - 1);
    }

    Worker worker(WorkerId id) {
        return workerNamed(id.name());
    }

    Worker workerNamed(String name) {
        Worker worker = workersByName.get(name);
        if (worker == null) {
            throw new IllegalStateException("no worker " + name);
        }
        return worker;
    }

    /** Everybody who looks for the leader. */
    void everyCaller(BiConsumer<Host, LeaderCalls> what) {
        masters.stream().filter(it -> it.host.isUp()).forEach(it -> what.accept(it.host, it.calls));
        workers.stream().filter(it -> it.host.isUp()).forEach(it -> what.accept(it.host, it.calls));
    }

    void watch(JobId job, Watcher watcher) {
        watchers.computeIfAbsent(job, id -> new ArrayList<>()).add(watcher);
    }

    List<Watcher> watchers() {
        return watchers.values().stream().flatMap(List::stream).toList();
    }

    /** Tells those who watch a job, perhaps. */
    void publish(Host from, JobEvent event) {
        for (Watcher watcher : watchers.getOrDefault(event.job(), List.of())) {
            network.send(from, watcher.host().life(), () -> watcher.pushed(event));
        }
    }

    /** An id as version 7 has it: later ones are greater. */
    JobId newJob() {
        jobs++;
        return new JobId(new UUID(((agenda.now() / Dice.MILLI) << 16) | 0x7000, jobs));
    }

    Rules rules(Duration lease) {
        Rules standard = Sample.RULES;
        return new Rules(
                lease,
                standard.queueMax(),
                standard.taskMax(),
                standard.prefetchBelow(),
                standard.prefetchMax(),
                standard.idempotencyTtl(),
                SHARING);
    }

    Policies policies() {
        Policies standard = Policies.standard();
        if (!has(Bug.RESTART_COUNTS_AS_RETRY) && !has(Bug.RESTARTS_ZERO_RUNS_AGAIN)) {
            return standard;
        }
        return new Policies(
                standard.prioritizer(),
                standard.queue(),
                standard.placement(),
                standard.pool(),
                standard.capacity(),
                (spec, failures, losses, outcome, now) -> {
                    boolean isLoss = outcome instanceof Outcome.Lost;
                    if (has(Bug.RESTART_COUNTS_AS_RETRY) && isLoss) {
                        Outcome failed = new Outcome.Exited(1);
                        return new DoublingBackoff().next(spec, failures, losses, failed, now);
                    }
                    if (has(Bug.RESTARTS_ZERO_RUNS_AGAIN) && isLoss) {
                        return new JobEvent.Next.Again(now, failures, losses + 1);
                    }
                    return new DoublingBackoff().next(spec, failures, losses, outcome, now);
                });
    }

    /** The attempt as it is sent out. */
    AttemptId numbered(AttemptId attempt) {
        return has(Bug.ATTEMPT_NUMBER_IS_REUSED) ? new AttemptId(attempt.tasks(), 1) : attempt;
    }

    /** How long the program of an attempt runs when nobody stops it. */
    long runTime(AttemptId attempt, JobSpec spec) {
        long throwOf = Math.floorMod(mixed(attempt), 1_000L);
        if (throwOf >= 970 || spec.priority() == LONG) {
            return LONG_RUN;
        }
        return (shortRuns ? throwOf / 50 : throwOf * 5) * Dice.MILLI;
    }

    /** How it then ends: three of four well. */
    Outcome outcome(AttemptId attempt) {
        return switch ((int) Math.floorMod(mixed(attempt) >> 20, 12L)) {
            case 0 -> new Outcome.Exited(1);
            case 1 -> new Outcome.Signalled(9);
            case 2 -> new Outcome.WorkerFault("disk full");
            default -> new Outcome.Exited(0);
        };
    }

    private long mixed(AttemptId attempt) {
        long value = attempt.job().value().getLeastSignificantBits() * 31;
        value += attempt.tasks().first() * 1_009L + attempt.number() + plan.seed() * 65_537;
        value *= 0x9E3779B97F4A7C15L;
        return value ^ (value >>> 29);
    }

    /** Whether any worker could run it. */
    boolean isRunnable(JobSpec spec) {
        return workers.stream()
                .anyMatch(it ->
                        spec.resources().fitsIn(it.offer().capacity())
                                && spec.constraints().stream()
                                        .allMatch(c -> c.allows(it.offer().labels())));
    }

    void shuffle(List<Runnable> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            list.set(i, list.set(chance.below(i + 1), list.get(i)));
        }
    }

    void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    Map<String, Long> counts() {
        return counts;
    }

    void trace(Supplier<String> line) {
        if (traced) {
            trace.add("%10.6f  %s".formatted(agenda.now() / 1e9, line.get()));
        }
    }

    List<String> trace() {
        return trace;
    }
}
