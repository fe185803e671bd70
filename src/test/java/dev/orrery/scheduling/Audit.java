package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.Resources;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.policy.Rules;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must hold of a leader after every step that made something durable. */
public final class Audit {

    private final MemoryStore store;
    private final List<WorkerId> workers;
    private final Rules.Sharing sharing;
    private final Map<JobId, Ledger> ledgers = new TreeMap<>();

    /** Reads the store from its beginning; the workers are those that may be drained. */
    public Audit(MemoryStore store, List<WorkerId> workers, Rules.Sharing sharing) {
        this.sharing = sharing;
        this.store = store;
        this.workers = List.copyOf(workers);
    }

    /** What the store's events say of a job. */
    public Ledger ledger(JobId id) {
        Ledger ledger = ledgers.computeIfAbsent(id, it -> new Ledger());
        ledger.read(store.history(id));
        return ledger;
    }

    /** Compares a leader of whom everything is durable with what a next one would load. */
    public void checkLoaded(SchedulerMachine live, SchedulerMachine loaded) {
        expect("what a load gives", picture(loaded.state()), picture(live.state()));
    }

    /** Compares its counts, queue and holdings with a second reading of the store. */
    public void checkCounts(SchedulerMachine machine) {
        SchedulerState state = machine.state();
        long waiting = 0;
        long queued = 0;
        long held = 0;
        List<JobId> live = new ArrayList<>();
        for (JobId id : store.jobs()) {
            Ledger ledger = ledger(id);
            if (!ledger.isOver()) {
                live.add(id);
                waiting += ledger.count(TaskStatus.WAITING);
                queued += ledger.count(TaskStatus.QUEUED);
                held += ledger.count(TaskStatus.ASSIGNED) + ledger.count(TaskStatus.RUNNING);
            }
        }
        live.sort(null);
        expect("live jobs", state.jobs().stream().map(job -> job.id).toList(), live);
        expect("waiting", state.count(TaskStatus.WAITING), waiting);
        expect("queued", state.count(TaskStatus.QUEUED), queued);
        long holding = state.count(TaskStatus.ASSIGNED) + state.count(TaskStatus.RUNNING);
        expect("held", holding, held);
        long inQueue = queueOf(state).stream().mapToLong(it -> it.tasks().size()).sum();
        expect("in the queue", inQueue, queued);
        state.workers().forEach(record -> checkHolding(machine, record));
        checkShares(machine);
    }

    /** How many jobs have not ended. */
    public static int liveJobs(SchedulerMachine machine) {
        return machine.state().jobs().size();
    }

    private static void expect(String what, Object actual, Object expected) {
        if (!actual.equals(expected)) {
            throw new AssertionError(what + ": " + actual + " instead of " + expected);
        }
    }

    private void checkHolding(SchedulerMachine machine, WorkerRecord record) {
        Set<AttemptId> expected = new LinkedHashSet<>();
        for (LiveJob job : machine.state().jobs()) {
            expected.addAll(ledger(job.id).heldBy(job.id, record.id));
        }
        expect(record.id + " holds", new LinkedHashSet<>(record.attempts()), expected);
        expect(record.id + " holds", record.holding() + record.inAdvance(), expected.size());
        boolean nothingAdopted = machine.epoch() == 1;
        if (nothingAdopted) {
            record.offer().ifPresent(offer -> checkRoom(machine, record, offer));
        }
    }

    /** What is given in advance comes after all that holds resources. */
    private static void checkRoom(
            SchedulerMachine machine, WorkerRecord record, WorkerOffer offer) {
        Resources used = Resources.NONE;
        for (AttemptId attempt : record.attempts().subList(0, record.holding())) {
            used = used.plus(machine.state().job(attempt.job()).orElseThrow().spec.resources());
        }
        long slotMillis = 0;
        for (AttemptId attempt : record.attempts().subList(0, record.holding())) {
            JobSpec spec = machine.state().job(attempt.job()).orElseThrow().spec;
            slotMillis += spec.resources().slotMillis();
        }
        expect(record.id + " has slots", slotMillis <= offer.slots() * 1000L, true);
        expect(record.id + " uses", used, offer.capacity().minus(record.free()));
    }

    /** The queue's entries; those of a namespace must be in the order in which they go. */
    private static List<QueueEntry> queueOf(SchedulerState state) {
        List<QueueEntry> entries = new ArrayList<>();
        Map<Namespace, Long> ahead = new TreeMap<>();
        Map<QueueEntry, LiveJob> jobs = new TreeMap<>();
        for (LiveJob job : state.jobs()) {
            for (TaskMap.Segment segment : job.tasks.all()) {
                if (segment.state() instanceof TaskState.Queued) {
                    jobs.put(SchedulerState.entry(job, segment), job);
                }
            }
        }
        jobs.forEach((entry, job) -> {
            entries.add(entry);
            boolean isHidden = job.spec.maxParallel() > 0;
            if (isHidden) {
                return;
            }
            Namespace namespace = job.spec.namespace();
            long before = ahead.getOrDefault(namespace, 0L);
            long counted = state.backlog().ahead(entry, job.spec);
            boolean mayBeMore = jobs.values().stream().anyMatch(it -> it.spec.maxParallel() > 0);
            if (counted != before && !mayBeMore) {
                throw new AssertionError("not in its place in the queue: " + entry);
            }
            ahead.put(namespace, before + 1);
        });
        expect("entries in the queue", state.backlog().size(), (long) entries.size());
        return entries;
    }

    /** What each namespace has with workers is counted right, and within its bound. */
    private void checkShares(SchedulerMachine machine) {
        Map<Namespace, Long> held = new TreeMap<>();
        for (LiveJob job : machine.state().jobs()) {
            long ofJob = 0;
            for (TaskMap.Segment segment : job.tasks.all()) {
                if (SchedulerState.holder(segment.state()).isPresent()) {
                    ofJob += job.range(segment).size();
                }
            }
            int max = job.spec.maxParallel();
            expect(job.id + " is within its limit", max == 0 || ofJob <= max, true);
            held.merge(job.spec.namespace(), ofJob, Long::sum);
        }
        held.forEach((namespace, tasks) -> {
            expect(namespace + " has", machine.state().backlog().heldTasks(namespace), tasks);
            long max = sharing.maxOf(namespace);
            expect(namespace + " is within its cap", max == 0 || tasks <= max, true);
        });
        for (WorkerRecord record : machine.state().workers()) {
            long alone = record.attempts().stream().filter(it -> isExclusive(machine, it)).count();
            expect(record.id + " is left alone", alone == 0 || record.attempts().size() == 1, true);
        }
    }

    private static boolean isExclusive(SchedulerMachine machine, AttemptId attempt) {
        return machine.state().job(attempt.job()).orElseThrow().spec.exclusive();
    }

    /** The durable part of a state, which a load must give back. */
    private List<Object> picture(SchedulerState state) {
        List<Object> parts = new ArrayList<>();
        boolean retried = false;
        for (LiveJob job : state.jobs()) {
            retried |= job.round > 1;
            parts.add(List.of(job.id, job.seq(), job.number, job.round, job.tasks.all()));
        }
        boolean inOrderOfSubmission = !retried;
        if (inOrderOfSubmission) {
            queueOf(state).forEach(it -> parts.add(it.tasks()));
        }
        for (WorkerRecord record : state.workers()) {
            if (!record.attempts().isEmpty()) {
                Set<AttemptId> held = new LinkedHashSet<>(record.attempts());
                parts.add(List.of(record.id, record.incarnation, held));
            }
        }
        for (WorkerId worker : workers) {
            parts.add(state.isDrained(worker));
        }
        parts.add(state.nextNumber(Namespace.DEFAULT));
        parts.add(state.schedules().kept());
        for (String key : store.keys()) {
            parts.add(state.submissions().find(Namespace.DEFAULT, key));
        }
        parts.add(state.ended().all());
        return parts;
    }
}
