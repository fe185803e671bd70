package dev.orrery.scheduling;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.Resources;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.ClusterView.Node;
import dev.orrery.protocol.ClusterView.NodeState;
import dev.orrery.protocol.ClusterView.Stuck;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.scheduling.policy.Candidate;
import dev.orrery.scheduling.policy.Demand;
import dev.orrery.scheduling.policy.QueueEntry;
import dev.orrery.scheduling.share.Backlog;
import dev.orrery.scheduling.share.Keep;
import dev.orrery.scheduling.share.Reasons;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says why a task is where it is, and what the cluster looks like. */
final class Explainer {
    private static final int HEADS_EXAMINED_MAX = 1_000;
    private static final int STUCK_MAX = 10;

    SchedulerReply explain(SchedulerState state, JobId id, Moment now) {
        Optional<LiveJob> live = state.job(id);
        if (live.isEmpty()) {
            return new SchedulerReply.Refused(
                    Problem.of(
                            ProblemCode.CONFLICT,
                            "The job has ended.",
                            "Its status and reason say how."));
        }
        LiveJob job = live.get();
        List<String> reasons = new ArrayList<>();
        for (TaskMap.Segment segment : job.tasks.all()) {
            reasons.addAll(reasons(state, job, segment, now));
        }
        return new SchedulerReply.Explained(id, job.status(), reasons);
    }

    private static List<String> reasons(
            SchedulerState state, LiveJob job, TaskMap.Segment segment, Moment now) {
        return switch (segment.state()) {
            case TaskState.Waiting it -> List.of(waiting(job, it, now.wall()));
            case TaskState.Queued it -> queued(state, job, segment);
            case TaskState.Assigned it ->
                    List.of(
                            "assigned to "
                                    + it.worker()
                                    + " as attempt "
                                    + it.tally().attempts()
                                    + ", not started yet");
            case TaskState.Running it ->
                    List.of("running on " + it.worker() + " since " + it.startedAt());
            case TaskState.Cancelling it ->
                    List.of("being stopped on " + it.worker() + ", asked by " + it.by());
            case TaskState.Over it -> List.of();
        };
    }

    private static String waiting(LiveJob job, TaskState.Waiting waiting, Instant now) {
        long seconds =
                Math.max(0, Duration.between(now, waiting.until()).plusMillis(999).toSeconds());
        if (waiting.tally().attempts() == 0) {
            return "not before " + waiting.until() + ", in " + seconds + " s";
        }
        return "retry in "
                + seconds
                + " s, after "
                + waiting.tally().failures()
                + " of "
                + job.spec.retry().retries()
                + " forgiven failures and "
                + waiting.tally().losses()
                + " of "
                + job.spec.retry().restarts()
                + " restarts";
    }

    private static List<String> queued(SchedulerState state, LiveJob job, TaskMap.Segment segment) {
        Backlog backlog = state.backlog();
        QueueEntry entry = SchedulerState.entry(job, segment);
        List<String> reasons = new ArrayList<>(Reasons.bounds(backlog, entry, job.spec));
        if (reasons.isEmpty()) {
            reasons.add(capacity(state.pool().all(), job.demand));
            backlog.keeps().all().stream().map(keep -> kept(keep, job)).forEach(reasons::add);
            Reasons.share(backlog, job.spec.namespace()).ifPresent(reasons::add);
        }
        long ahead = backlog.ahead(entry, job.spec);
        String order = job.spec.deadline().isPresent() ? "deadline order: " : "queue order: ";
        if (ahead > 0) {
            reasons.add(order + ahead + " ahead");
        }
        return reasons;
    }

    private static String kept(Keep keep, LiveJob job) {
        boolean isItsOwn =
                keep.namespace().equals(job.spec.namespace()) && keep.demand().equals(job.demand);
        return "worker "
                + keep.worker()
                + (isItsOwn ? " is kept free for it" : " is kept free for a larger task");
    }

    private static String capacity(List<Candidate> all, Demand demand) {
        if (all.isEmpty()) {
            return "no worker has joined the cluster";
        }
        List<Candidate> open = all.stream().filter(Candidate::open).toList();
        if (open.isEmpty()) {
            return "every worker is draining";
        }
        for (Constraint constraint : demand.constraints()) {
            if (open.stream().noneMatch(it -> constraint.allows(it.offer().labels()))) {
                return "no worker with label "
                        + constraint.label()
                        + (constraint.matches() ? " in " : " not in ")
                        + constraint.values();
            }
        }
        List<Candidate> suiting = open.stream().filter(it -> it.suits(demand)).toList();
        if (suiting.isEmpty()) {
            return "no worker has " + lacking(open, demand.resources());
        }
        if (suiting.stream().anyMatch(it -> it.hasRoom(demand))) {
            return "other tasks go first";
        }
        if (demand.exclusive()) {
            Candidate emptiest =
                    suiting.stream().min(Comparator.comparingInt(Candidate::attempts)).get();
            return "wants a worker for itself; the emptiest is "
                    + emptiest.worker()
                    + " with "
                    + emptiest.attempts()
                    + (emptiest.attempts() == 1 ? " attempt" : " attempts");
        }
        if (suiting.stream().noneMatch(it -> hasSlot(it, demand))) {
            return "all slots of the " + suiting.size() + " fitting workers are taken";
        }
        return "no worker has " + describe(demand.resources()) + " free";
    }

    private static boolean hasSlot(Candidate candidate, Demand demand) {
        return candidate.slotMillisFree() >= demand.resources().slotMillis();
    }

    /** The first amount that no worker offers; all of them when only the combination is missing. */
    private static String lacking(List<Candidate> open, Resources asked) {
        List<Resources> offers = open.stream().map(it -> it.offer().capacity()).toList();
        if (offers.stream().noneMatch(it -> it.cpuMillis() >= asked.cpuMillis())) {
            return cpus(asked.cpuMillis());
        }
        if (offers.stream().noneMatch(it -> it.memoryBytes() >= asked.memoryBytes())) {
            return asked.memoryBytes() + " bytes of memory";
        }
        if (offers.stream().noneMatch(it -> it.gpus() >= asked.gpus())) {
            return asked.gpus() + " gpus";
        }
        for (Map.Entry<String, Long> entry : asked.named().entrySet()) {
            if (offers.stream()
                    .noneMatch(it ->
                            it.named().getOrDefault(entry.getKey(), 0L) >= entry.getValue())) {
                return entry.getValue() + " " + entry.getKey();
            }
        }
        return describe(asked);
    }

    private static String describe(Resources asked) {
        List<String> parts = new ArrayList<>();
        parts.add(cpus(asked.cpuMillis()));
        if (asked.memoryBytes() > 0) {
            parts.add(asked.memoryBytes() + " bytes of memory");
        }
        if (asked.gpus() > 0) {
            parts.add(asked.gpus() + " gpus");
        }
        asked.named().forEach((name, amount) -> parts.add(amount + " " + name));
        return String.join(" and ", parts);
    }

    private static String cpus(long millis) {
        return millis % 1000 == 0 ? millis / 1000 + " cpus" : millis / 1000.0 + " cpus";
    }

    SchedulerReply describe(SchedulerState state, Moment now, long epoch) {
        List<Node> nodes =
                state.workers().stream().flatMap(it -> node(state, it, now).stream()).toList();
        return new SchedulerReply.Cluster(
                new ClusterView(
                        epoch,
                        now.wall(),
                        state.count(TaskStatus.WAITING),
                        state.count(TaskStatus.QUEUED),
                        state.count(TaskStatus.ASSIGNED),
                        state.count(TaskStatus.RUNNING),
                        state.count(TaskStatus.SUCCEEDED),
                        state.count(TaskStatus.FAILED),
                        state.count(TaskStatus.CANCELLED),
                        state.count(TaskStatus.EXPIRED),
                        nodes,
                        stuck(state)));
    }

    /** The first job of each kind that no worker could ever take; the queue's heads are few. */
    private static List<Stuck> stuck(SchedulerState state) {
        List<Candidate> open = state.pool().all().stream().filter(Candidate::open).toList();
        List<Stuck> stuck = new ArrayList<>();
        int[] left = {HEADS_EXAMINED_MAX};
        state.backlog()
                .first(head -> {
                    if (open.stream().noneMatch(it -> it.suits(head.entry().demand()))) {
                        state.job(head.entry().tasks().job())
                                .ifPresent(job -> stuck.add(stuck(state, job)));
                    }
                    left[0]--;
                    boolean isEnough = left[0] <= 0 || stuck.size() == STUCK_MAX;
                    return isEnough ? Optional.of(true) : Optional.empty();
                });
        return List.copyOf(stuck);
    }

    private static Stuck stuck(SchedulerState state, LiveJob job) {
        return new Stuck(
                job.id,
                job.spec.namespace(),
                job.number,
                job.spec.name(),
                capacity(state.pool().all(), job.demand));
    }

    private static Optional<Node> node(SchedulerState state, WorkerRecord record, Moment now) {
        return record.offer()
                .map(offer ->
                        new Node(
                                record.id,
                                offer,
                                nodeState(state, record),
                                record.free(),
                                record.attempts().size() - record.holding(),
                                record.holding(),
                                Math.max(0, now.nanos() - record.heardAt()) / 1_000_000));
    }

    private static NodeState nodeState(SchedulerState state, WorkerRecord record) {
        if (!state.isDrained(record.id) && !record.drainingItself()) {
            return NodeState.READY;
        }
        return record.attempts().isEmpty() ? NodeState.DRAINED : NodeState.DRAINING;
    }
}
