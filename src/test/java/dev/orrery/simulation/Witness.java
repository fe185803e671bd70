package dev.orrery.simulation;

import static dev.orrery.simulation.Violation.unless;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Outcome;
import dev.orrery.model.TaskRange;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.WorkerCommand;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.scheduling.Audit;
import dev.orrery.scheduling.Ledger;
import dev.orrery.scheduling.SchedulerMachine;
import dev.orrery.simulation.Host.Life;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Sees everything, and breaks the run when a promise of DESIGN.md does not hold. */
final class Witness {

    private static final int AUDIT_EVERY = 12;
    private static final int LOAD_EVERY = 4;
    private static final long CANCEL_MAX = 11 * Dice.SECOND;

    private final World world;
    private final Audit audit;
    private final Map<JobId, Account> accounts = new TreeMap<>();
    private final Map<AttemptId, JobEvent.Assigned> assigned = new LinkedHashMap<>();
    private final Map<AttemptId, Program> programs = new LinkedHashMap<>();
    private final Map<TaskRange, List<Program>> alive = new LinkedHashMap<>();
    private final Map<String, Long> heard = new TreeMap<>();
    private final Map<String, Map<String, JobId>> keys = new TreeMap<>();
    private final Set<String> numbers = new HashSet<>();
    private final List<JobId> accepted = new ArrayList<>();
    private final IdentityHashMap<JobEvent, Long> storedAt = new IdentityHashMap<>();
    private final ScheduleWitness schedules;
    private String leader = "";
    private long lastEpoch;
    private long commitEpoch;
    private long commits;
    private long stored;

    Witness(World world, List<WorkerId> workers) {
        this.world = world;
        this.schedules = new ScheduleWitness(world);
        this.audit = new Audit(world.store.durable, workers, World.SHARING);
    }

    /** An epoch began. */
    void began(long epoch, String node) {
        unless(epoch > lastEpoch, "epoch " + epoch + " after " + lastEpoch);
        lastEpoch = epoch;
        leader = node;
        world.trace(() -> "the store gives epoch " + epoch + " to " + node);
    }

    /** An epoch was given up. */
    void resigned(long epoch) {
        world.trace(() -> "epoch " + epoch + " is given up");
    }

    /** A master acts as the leader: nobody else may, unless the store's clock jumped. */
    void acts(Life master, long epoch) {
        unless(
                epoch == lastEpoch || leader.equals(master.toString()) || world.store.hasJumped(),
                master + " acts in epoch " + epoch + " beside " + leader + " in " + lastEpoch);
    }

    /** A batch is on disk. */
    void committed(long epoch, List<DurableEvent> events) {
        unless(epoch >= commitEpoch, "epoch " + epoch + " commits after " + commitEpoch);
        commitEpoch = epoch;
        stored += events.size();
        schedules.committed(events);
        for (DurableEvent event : events) {
            if (event instanceof JobEvent it) {
                world.trace(() -> "stored by " + epoch + ": " + Traces.line(it));
                note(it);
                if (world.has(Bug.READS_ARE_STALE)) {
                    storedAt.put(it, world.agenda.now());
                }
            }
        }
        for (DurableEvent event : events) {
            if (event instanceof JobEvent it) {
                audit.ledger(it.job());
            }
        }
    }

    private void note(JobEvent event) {
        Account account = accounts.computeIfAbsent(event.job(), id -> new Account(world, id));
        account.take(event);
        switch (event.change()) {
            case JobEvent.Submitted it ->
                    unless(
                            numbers.add(it.spec().namespace() + "-" + it.number()),
                            "number " + it.number() + " is used twice");
            case JobEvent.Assigned it -> assigned.put(new AttemptId(it.tasks(), it.attempt()), it);
            case JobEvent.AttemptEnded it -> ended(it);
            case JobEvent.Ended it -> gone(it.tasks(), event);
            case JobEvent.Unassigned it -> gone(it.tasks(), event);
            case JobEvent.Released it -> {}
            case JobEvent.Started it -> {}
            case JobEvent.CancelRequested it -> {}
            case JobEvent.Retried it -> {}
        }
    }

    /** What is over is over: nothing of it runs, unless its worker could not help it. */
    private void ended(JobEvent.AttemptEnded it) {
        AttemptId attempt = new AttemptId(it.tasks(), it.attempt());
        Program program = programs.get(attempt);
        boolean isLost = it.result().outcome() instanceof Outcome.Lost;
        unless(isLost || program != null, "a result of what never ran: " + attempt);
        unless(
                program == null || !program.isAlive() || program.isExcused(),
                "still alive when it is over as " + it.result().outcome() + ": " + program);
    }

    private void gone(TaskRange tasks, JobEvent event) {
        for (int index = tasks.first(); index <= tasks.last(); index++) {
            for (Program program : aliveOf(new TaskRange(tasks.job(), index, index))) {
                unless(program.isExcused(), program + " is alive at " + event);
            }
        }
    }

    private List<Program> aliveOf(TaskRange task) {
        return alive.getOrDefault(task, List.of());
    }

    /** A program begins: only what is durably given to its worker may, and alone. */
    void started(Program program) {
        AttemptId attempt = program.attempt;
        world.trace(() -> "starts: " + program);
        world.count("start");
        unless(programs.put(attempt, program) == null, attempt + " starts twice");
        JobEvent.Assigned order = assigned.get(attempt);
        unless(order != null, attempt + " starts, but was never assigned durably");
        unless(
                audit.ledger(attempt.job()).isHeld(attempt, program.worker.id),
                program + " starts, but is not its worker's: " + audit.ledger(attempt.job()));
        for (Program other : aliveOf(attempt.tasks())) {
            unless(other.isExcused(), program + " starts beside " + other);
        }
        Account account = Optional.ofNullable(accounts.get(attempt.job())).orElseThrow();
        account.started(attempt);
        alive.computeIfAbsent(attempt.tasks(), it -> new ArrayList<>()).add(program);
    }

    /** Nothing of a program is left. */
    void ended(Program program) {
        world.trace(() -> "is gone: " + program);
        List<Program> of = alive.get(program.attempt.tasks());
        if (of != null) {
            of.remove(program);
            if (of.isEmpty()) {
                alive.remove(program.attempt.tasks());
            }
        }
    }

    /** A worker heard of a leader. */
    void heard(Worker worker, long epoch) {
        heard.merge(worker.host.life().toString(), epoch, Math::max);
    }

    /** A worker follows a command: never one of an older leader than it knows. */
    void commanded(Worker worker, WorkerCommand command) {
        String life = worker.host.life().toString();
        long known = heard.getOrDefault(life, 0L);
        unless(
                command.epoch() >= known,
                life + " follows a command of epoch " + command.epoch() + ", but knows " + known);
        heard(worker, command.epoch());
    }

    /** A client was told that its job is accepted. */
    void accepted(JobId job, Optional<IdempotencyKey> key) {
        unless(!world.store.durable.history(job).isEmpty(), "accepted, but not stored: " + job);
        accepted.add(job);
        key.ifPresent(it -> {
            Map<String, JobId> bodies = keys.computeIfAbsent(it.key(), k -> new TreeMap<>());
            JobId before = bodies.putIfAbsent(it.bodyHash(), job);
            unless(bodies.size() == 1, "two bodies under the key " + it.key());
            unless(
                    before == null || before.equals(job),
                    "two jobs, " + before + " and " + job + ", under the key " + it);
        });
    }

    /** A client was told that its job is cancelled: that is durable, and soon true. */
    void cancelled(JobId job) {
        Account account = Optional.ofNullable(accounts.get(job)).orElseThrow();
        unless(
                account.wasCancelled() || audit.ledger(job).isOver(),
                "cancelled, but not stored: " + job);
        boolean wasWell = world.isSettled();
        long before = world.agenda.now();
        world.agenda.after(
                CANCEL_MAX,
                () -> {
                    if (wasWell) {
                        unlessGone(job, before);
                    }
                });
    }

    private void unlessGone(JobId job, long startedBefore) {
        for (List<Program> programsOfTask : alive.values()) {
            for (Program program : programsOfTask) {
                boolean isOld = program.startedAt <= startedBefore;
                boolean isIts = program.attempt.job().equals(job);
                unless(
                        !isIts || !isOld || program.isExcused(),
                        program + " is alive 11 s after its cancel");
            }
        }
    }

    /** Long after the faults: nothing that was cancelled before their end is alive. */
    void checkCancelled() {
        for (Account account : accounts.values()) {
            for (Map.Entry<TaskRange, List<Program>> entry : alive.entrySet()) {
                boolean isIts = entry.getKey().job().equals(account.job());
                if (isIts && account.isCancelledLongAgo(entry.getKey().first())) {
                    unless(
                            entry.getValue().stream().allMatch(Program::isExcused),
                            "cancelled long ago and alive: " + entry.getValue());
                }
            }
        }
    }

    /** Everything that this leader decided is durable: its state is what the store tells. */
    void quiet(Reign reign) {
        commits++;
        if (commits % AUDIT_EVERY == 0) {
            checkState(reign, commits % (AUDIT_EVERY * LOAD_EVERY) == 0);
        }
    }

    /** Compares a leader's state with a recount, and with what a new leader would load. */
    void checkState(Reign reign, boolean load) {
        SchedulerMachine machine = reign.machine();
        if (machine.epoch() != lastEpoch || !reign.isQuiet()) {
            return;
        }
        audit.checkCounts(machine);
        if (load) {
            SchedulerMachine next =
                    SchedulerMachine.load(
                            machine.epoch(),
                            world.rules(Duration.ofSeconds(30)),
                            world.policies(),
                            world.store.durable.load(reign.moment()),
                            reign.moment());
            audit.checkLoaded(machine, next);
        }
    }

    /** Reports as if they were about the attempts that are held now; for a planted bug. */
    WorkerMessage.Reports asIfPresent(WorkerMessage.Reports it) {
        for (Report report : it.reports()) {
            if (report instanceof Report.Ended ended) {
                AttemptId old = ended.attempt();
                Optional<AttemptId> now =
                        assigned.keySet().stream()
                                .filter(each -> each.tasks().equals(old.tasks()))
                                .filter(each -> each.number() > old.number())
                                .filter(each -> isHeld(each))
                                .findFirst();
                if (now.isPresent()) {
                    JobEvent.Assigned order =
                            Optional.ofNullable(assigned.get(now.get())).orElseThrow();
                    return new WorkerMessage.Reports(
                            order.worker(),
                            order.incarnation(),
                            it.seq(),
                            List.of(new Report.Ended(now.get(), ended.result())));
                }
            }
        }
        return it;
    }

    private boolean isHeld(AttemptId attempt) {
        JobEvent.Assigned order = Optional.ofNullable(assigned.get(attempt)).orElseThrow();
        return audit.ledger(attempt.job()).isHeld(attempt, order.worker());
    }

    /** Whether an event was stored so long ago; for a planted bug. */
    boolean isOlder(JobEvent event, long nanos) {
        return world.agenda.now() - storedAt.getOrDefault(event, 0L) > nanos;
    }

    ScheduleWitness schedules() {
        return schedules;
    }

    /** The jobs that clients were told of. */
    List<JobId> accepted() {
        return accepted;
    }

    /** How many events were stored. */
    long stored() {
        return stored;
    }

    Ledger ledger(JobId job) {
        return audit.ledger(job);
    }

    /** What keeps the cluster from being at rest; empty when nothing does. */
    Optional<String> unrest() {
        for (JobId job : world.store.durable.jobs()) {
            if (world.store.durable.isLive(job)) {
                return Optional.of(
                        "job "
                                + job
                                + " is not over: "
                                + audit.ledger(job)
                                + Traces.history(world.store.durable.history(job)));
            }
        }
        if (!alive.isEmpty()) {
            return Optional.of("still alive: " + alive.values());
        }
        for (Worker worker : world.workers) {
            if (!worker.isAtRest()) {
                return Optional.of(
                        worker.host + " holds or has to tell something: " + worker.live());
            }
        }
        return world.watchers().stream()
                .filter(it -> !it.isAtTheEnd())
                .findFirst()
                .map(it -> "a watcher lacks events: " + it);
    }
}
