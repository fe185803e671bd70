package somebody;

import dev.orrery.execution.Executor;
import dev.orrery.execution.ExecutorContext;
import dev.orrery.execution.PosixExecutor;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.Resources;
import dev.orrery.model.WorkerId;
import dev.orrery.scheduling.policy.Candidate;
import dev.orrery.scheduling.policy.CapacityValidator;
import dev.orrery.scheduling.policy.Demand;
import dev.orrery.scheduling.policy.OpenPool;
import dev.orrery.scheduling.policy.Placement;
import dev.orrery.scheduling.policy.Prioritizer;
import dev.orrery.scheduling.policy.PriorityKey;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.policy.QueuePolicy;
import dev.orrery.scheduling.policy.WorkerPool;
import dev.orrery.store.BlobReferences;
import dev.orrery.store.CentralStore;
import dev.orrery.store.FileCentralStore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A component of somebody else's for each of ORION's seven seams; each leaves a mark when used. */
public final class Parts {
    private Parts() {}

    private static void mark(String seam) {
        try {
            Files.writeString(Path.of(System.getProperty("marks"), seam), "used");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The newest first. */
    public static final class Newest implements Prioritizer {
        @Override
        public PriorityKey key(JobSpec spec, long arrival) {
            mark("prioritizer");
            return new PriorityKey(-arrival, 0, 0);
        }
    }

    /** One queue. */
    public static final class Plain implements QueuePolicy {
        private final TreeSet<QueueEntry> entries = new TreeSet<>();

        @Override
        public void add(QueueEntry entry) {
            mark("queue-policy");
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

    /** The first that comes. */
    public static final class First implements Placement {
        @Override
        public Optional<WorkerId> choose(Demand demand, List<Candidate> withRoom) {
            mark("placement");
            return withRoom.stream().findFirst().map(Candidate::worker);
        }
    }

    /** Everybody. */
    public static final class Everybody implements WorkerPool {
        private final WorkerPool pool = new OpenPool();

        @Override
        public void put(Candidate candidate) {
            mark("worker-pool");
            pool.put(candidate);
        }

        @Override
        public void remove(WorkerId worker) {
            pool.remove(worker);
        }

        @Override
        public List<Candidate> withRoom(Demand demand) {
            return pool.withRoom(demand);
        }

        @Override
        public List<Candidate> all() {
            return pool.all();
        }
    }

    /** Refuses by name. */
    public static final class Careful implements CapacityValidator {
        @Override
        public Optional<Problem> refusal(JobSpec spec, Resources taskMax) {
            mark("capacity-validator");
            return spec.name().equals("refused.sh")
                    ? Optional.of(
                            Problem.of(ProblemCode.IMPOSSIBLE_RESOURCES, "not this one", "rename"))
                    : Optional.empty();
        }
    }

    /** The usual files. */
    public static final class Store implements CentralStore.Provider {
        @Override
        public String name() {
            return Store.class.getName();
        }

        @Override
        public CentralStore create(Path data, BlobReferences references) throws IOException {
            mark("central-store");
            return new FileCentralStore.Provider().create(data, references);
        }
    }

    /** The usual processes. */
    public static final class Runner implements Executor.Provider {
        @Override
        public String executor() {
            return Runner.class.getName();
        }

        @Override
        public Executor create(ExecutorContext context) {
            mark("executor");
            return new PosixExecutor.Provider().create(context);
        }
    }
}
