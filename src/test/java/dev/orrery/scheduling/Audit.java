package dev.orrery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.Resources;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.policy.QueueEntry;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What must hold of a leader after every step that made something durable. */
final class Audit {

    private final Leader leader;
    private final Map<JobId, Ledger> ledgers = new TreeMap<>();

    Audit(Leader leader) {
        this.leader = leader;
    }

    /** What the store's events say of a job. */
    Ledger ledger(JobId id) {
        Ledger ledger = ledgers.computeIfAbsent(id, it -> new Ledger());
        ledger.read(leader.store().history(id));
        return ledger;
    }

    /** Compares with a second reading of the store, and with what a next leader would load. */
    void check() {
        checkCounts();
        assertThat(picture(leader.loaded().state())).isEqualTo(picture(leader.state()));
    }

    /** Compares counts, queue and holdings with a second reading of the store. */
    void checkCounts() {
        SchedulerState state = leader.state();
        long waiting = 0;
        long queued = 0;
        long held = 0;
        TreeSet<JobId> live = new TreeSet<>();
        for (JobId id : leader.store().jobs()) {
            Ledger ledger = ledger(id);
            if (!ledger.isOver()) {
                live.add(id);
                waiting += ledger.count(TaskStatus.WAITING);
                queued += ledger.count(TaskStatus.QUEUED);
                held += ledger.count(TaskStatus.ASSIGNED) + ledger.count(TaskStatus.RUNNING);
            }
        }
        assertThat(state.jobs()).extracting(job -> job.id).containsExactlyElementsOf(live);
        assertThat(state.count(TaskStatus.WAITING)).as("waiting").isEqualTo(waiting);
        assertThat(state.count(TaskStatus.QUEUED)).as("queued").isEqualTo(queued);
        assertThat(state.count(TaskStatus.ASSIGNED) + state.count(TaskStatus.RUNNING))
                .as("held")
                .isEqualTo(held);
        assertThat(queueOf(state).stream().mapToLong(it -> it.tasks().size()).sum())
                .as("in the queue")
                .isEqualTo(queued);
        state.workers().forEach(this::checkHolding);
    }

    private void checkHolding(WorkerRecord record) {
        Set<AttemptId> expected = new LinkedHashSet<>();
        for (LiveJob job : leader.state().jobs()) {
            expected.addAll(ledger(job.id).heldBy(job.id, record.id));
        }
        assertThat(record.attempts())
                .as(record.id + " holds")
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(record.holding() + record.inAdvance()).isEqualTo(expected.size());
        boolean nothingAdopted = leader.epoch() == 1;
        if (nothingAdopted) {
            record.offer().ifPresent(offer -> checkRoom(record, offer));
        }
    }

    /** What is given in advance comes after all that holds resources. */
    private void checkRoom(WorkerRecord record, WorkerOffer offer) {
        Resources used = Resources.NONE;
        for (AttemptId attempt : record.attempts().subList(0, record.holding())) {
            used = used.plus(leader.state().job(attempt.job()).orElseThrow().spec.resources());
        }
        assertThat(record.holding()).as(record.id + " runs").isLessThanOrEqualTo(offer.slots());
        assertThat(used).isEqualTo(offer.capacity().minus(record.free()));
    }

    /** The queue's entries, which must be in the order in which it gives them out. */
    private static List<QueueEntry> queueOf(SchedulerState state) {
        List<QueueEntry> entries = new ArrayList<>();
        for (LiveJob job : state.jobs()) {
            for (TaskMap.Segment segment : job.tasks.all()) {
                if (segment.state() instanceof TaskState.Queued) {
                    entries.add(state.queueEntry(job, segment));
                }
            }
        }
        entries.sort(null);
        boolean first = true;
        long ahead = 0;
        for (QueueEntry entry : entries) {
            boolean inPlace =
                    first
                            ? state.queue().candidates().getFirst().equals(entry)
                            : state.queue().ahead(entry) == ahead;
            if (!inPlace) {
                throw new AssertionError("not in its place in the queue: " + entry);
            }
            first = false;
            ahead++;
        }
        if (state.queue().size() != ahead) {
            throw new AssertionError("more in the queue than queued");
        }
        return entries;
    }

    /** The durable part of a state, which a load must give back. */
    private static List<Object> picture(SchedulerState state) {
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
        for (int i = 1; i <= Simulation.WORKERS; i++) {
            parts.add(state.isDrained(Simulation.worker(i)));
        }
        parts.add(state.nextNumber(Namespace.DEFAULT));
        for (int key = 0; key < Simulation.KEYS; key++) {
            parts.add(state.submissions().find(Namespace.DEFAULT, "k" + key));
        }
        parts.add(state.ended().all());
        return parts;
    }
}
