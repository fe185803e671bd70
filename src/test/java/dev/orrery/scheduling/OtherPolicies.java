package dev.orrery.scheduling;

import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.Resources;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.Work;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.JobEvent.Next;
import dev.orrery.scheduling.policy.Candidate;
import dev.orrery.scheduling.policy.CapacityValidator;
import dev.orrery.scheduling.policy.Demand;
import dev.orrery.scheduling.policy.OpenPool;
import dev.orrery.scheduling.policy.Placement;
import dev.orrery.scheduling.policy.Prioritizer;
import dev.orrery.scheduling.policy.PriorityKey;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.policy.QueuePolicy;
import dev.orrery.scheduling.policy.RetryPolicy;
import dev.orrery.scheduling.policy.WorkerPool;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A second component for each seam, as somebody else could write it. */
final class OtherPolicies {

    private OtherPolicies() {}

    /** The newest job first. */
    static final class LastComeFirstServed implements Prioritizer {
        @Override
        public PriorityKey key(JobSpec spec, long arrival) {
            return new PriorityKey(-arrival, 0, 0);
        }
    }

    /** One queue, in which a task that fits nowhere holds up all behind it. */
    static final class PlainQueue implements QueuePolicy {
        private final TreeSet<QueueEntry> entries = new TreeSet<>();

        @Override
        public void add(QueueEntry entry) {
            entries.add(entry);
        }

        @Override
        public void remove(QueueEntry entry) {
            entries.remove(entry);
        }

        @Override
        public List<QueueEntry> candidates() {
            return entries.isEmpty() ? List.of() : List.of(entries.first());
        }

        @Override
        public long ahead(QueueEntry entry) {
            return entries.headSet(entry).size();
        }

        @Override
        public long size() {
            return entries.size();
        }
    }

    /** Fills one worker before the next. */
    static final class PackPlacement implements Placement {
        @Override
        public Optional<WorkerId> choose(Demand demand, List<Candidate> withRoom) {
            return withRoom.stream()
                    .min(Comparator.comparingLong(Candidate::slotMillisFree))
                    .map(Candidate::worker);
        }
    }

    /** A pool that does not show one of its workers. */
    static final class HidingPool implements WorkerPool {
        private final WorkerPool all = new OpenPool();
        private final WorkerId hidden;

        HidingPool(WorkerId hidden) {
            this.hidden = hidden;
        }

        @Override
        public void put(Candidate candidate) {
            all.put(candidate);
        }

        @Override
        public void remove(WorkerId worker) {
            all.remove(worker);
        }

        @Override
        public List<Candidate> withRoom(Demand demand) {
            return shown(all.withRoom(demand));
        }

        @Override
        public List<Candidate> all() {
            return shown(all.all());
        }

        private List<Candidate> shown(List<Candidate> candidates) {
            List<Candidate> shown = new ArrayList<>(candidates);
            shown.removeIf(it -> it.worker().equals(hidden));
            return shown;
        }
    }

    /** Refuses lines for a shell. */
    static final class NoShells implements CapacityValidator {
        @Override
        public Optional<Problem> refusal(JobSpec spec, Resources taskMax) {
            return spec.work() instanceof Work.Shell
                    ? Optional.of(
                            Problem.ofField(
                                    ProblemCode.INVALID_VALUE,
                                    "shell",
                                    "Shell lines are not run here.",
                                    "Give the program and its arguments."))
                    : Optional.empty();
        }
    }

    /** Whatever happened, once is enough. */
    static final class NeverAgain implements RetryPolicy {
        @Override
        public Next next(JobSpec spec, int failures, int losses, Outcome outcome, Instant now) {
            return outcome.equals(new Outcome.Exited(0))
                    ? new Next.Over(TaskStatus.SUCCEEDED, "completed")
                    : new Next.Over(TaskStatus.FAILED, "once");
        }
    }
}
