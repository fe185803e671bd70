package dev.orrery.api;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.model.AttemptId;
import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.Outcome;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.StoredFile;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.Usage;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.Pulse;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.Topic;
import dev.orrery.protocol.TopicMessage;
import dev.orrery.protocol.TopicMessage.Head;
import dev.orrery.protocol.TopicMessage.TopicEvent;
import dev.orrery.store.Leads;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;

import io.vertx.core.Future;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The other end of the bus, as simple as can be: it accepts everything, and a test says what
 * happens to a job. What it says is in the real store before anybody hears of it.
 */
public final class FakeScheduler {
    static final WorkerId WORKER = new WorkerId("w1");

    private final Bus bus;
    private final Store store;
    private final Blocking blocking;
    private final long epoch;
    private final Map<Namespace, Long> numbers = new TreeMap<>();
    private final Map<JobId, Live> jobs = new HashMap<>();
    private final FakeSchedules schedules = new FakeSchedules();
    private final Map<String, SchedulerReply> keys = new HashMap<>();
    private final List<Topic> subscribed = new ArrayList<>();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private Optional<Address> proxy = Optional.empty();
    private final List<JobEvent> gathered = new ArrayList<>();
    private boolean isGathering;
    private int dropped;
    private int room = Integer.MAX_VALUE;

    /** Leads the store and serves the bus. */
    public FakeScheduler(Bus bus, Store store, Blocking blocking) throws StoreException {
        this.bus = bus;
        this.blocking = blocking;
        this.store = store;
        this.epoch = Leads.lead(store, "test");
        bus.serve(Address.SCHEDULER, message -> answer(() -> request(message)));
        bus.serve(Address.TOPICS, message -> answer(() -> topic(message)));
    }

    /** The answer to something, which may fail. */
    private interface Answer {
        Message get() throws StoreException;
    }

    private static final class Live {
        private final JobSpec spec;
        private final long number;
        private long seq;
        private int attempt;
        private int round = 1;

        Live(JobSpec spec, long number) {
            this.spec = spec;
            this.number = number;
        }
    }

    /** How often a proxy has asked for topics. */
    public int subscriptions() {
        return subscriptions.get();
    }

    /** The topics of the latest wish. */
    public synchronized List<Topic> subscribed() {
        return List.copyOf(subscribed);
    }

    /** Loses the next live messages. */
    public synchronized void drop(int messages) {
        dropped = messages;
    }

    /** Refuses further jobs after so many. */
    public synchronized void room(int jobs) {
        room = jobs;
    }

    /** Gives the job to the worker and starts it. */
    public synchronized void start(JobId job) throws StoreException {
        Live live = live(job);
        live.attempt++;
        TaskRange range = TaskRange.single(job);
        happened(job, TaskStatus.ASSIGNED, new JobEvent.Assigned(range, live.attempt, WORKER, 1));
        happened(job, TaskStatus.RUNNING, new JobEvent.Started(range, live.attempt, Instant.now()));
    }

    /** Ends the running attempt, and with it the job. */
    public synchronized void end(JobId job, int exitCode, String stdout, List<StoredFile> outputs)
            throws StoreException {
        Bytes bytes = Bytes.utf8(stdout);
        end(job, exitCode, new CapturedLog(bytes.size(), 0, new Content.Inline(bytes)), outputs);
    }

    /** Likewise, with output that is somewhere else. */
    public synchronized void end(
            JobId job, int exitCode, CapturedLog stdout, List<StoredFile> outputs)
            throws StoreException {
        TaskStatus status = exitCode == 0 ? TaskStatus.SUCCEEDED : TaskStatus.FAILED;
        AttemptResult result =
                new AttemptResult(
                        new Outcome.Exited(exitCode),
                        new Usage(Duration.ofMillis(1500), Duration.ZERO, Duration.ZERO, 1 << 20),
                        Optional.of(Instant.now()),
                        Instant.now(),
                        stdout,
                        CapturedLog.EMPTY,
                        outputs);
        happened(
                job,
                status,
                new JobEvent.AttemptEnded(
                        TaskRange.single(job),
                        live(job).attempt,
                        WORKER,
                        result,
                        new JobEvent.Next.Over(status, "exit-code")));
    }

    /** Loses the worker of the running attempt, so that the job waits for another. */
    public synchronized void lose(JobId job) throws StoreException {
        happened(
                job,
                TaskStatus.QUEUED,
                new JobEvent.AttemptEnded(
                        TaskRange.single(job),
                        live(job).attempt,
                        WORKER,
                        AttemptResult.without(new Outcome.Lost("no heartbeat"), Instant.now()),
                        new JobEvent.Next.Again(Instant.EPOCH, 0, 1)));
    }

    /** Adds as many events as wanted without changing anything. */
    public void chatter(JobId job, int events) throws StoreException {
        chatter(job, events, "");
    }

    /** Likewise, with events that say something long. */
    public synchronized void chatter(JobId job, int events, String cause) throws StoreException {
        Live live = live(job);
        List<DurableEvent> durable = new ArrayList<>();
        List<TopicEvent> topical = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            JobEvent event =
                    new JobEvent(
                            job,
                            ++live.seq,
                            Instant.now(),
                            TaskStatus.QUEUED,
                            new JobEvent.Unassigned(TaskRange.single(job), 1, cause));
            durable.add(event);
            topical.add(new TopicEvent.Durable(event));
        }
        store.commit(epoch, durable);
        topical.forEach(event -> publish(List.of(event)));
    }

    /** Says live values. */
    public synchronized void say(TopicEvent... events) {
        publish(List.of(events));
    }

    /** The attempt that runs. */
    public synchronized AttemptId attempt(JobId job) {
        return new AttemptId(TaskRange.single(job), live(job).attempt);
    }

    private Live live(JobId job) {
        return Objects.requireNonNull(jobs.get(job), "the job was not submitted here");
    }

    private Future<Message> answer(Answer answer) {
        return blocking.call(() -> answerNow(answer));
    }

    private synchronized Message answerNow(Answer answer) throws StoreException {
        return answer.get();
    }

    private Message request(Message message) throws StoreException {
        return switch ((SchedulerRequest) message) {
            case SchedulerRequest.Submit submit -> submit(submit);
            case SchedulerRequest.SubmitMany many -> submitMany(many);
            case SchedulerRequest.Cancel(JobId job, String by) -> {
                happened(
                        job,
                        TaskStatus.CANCELLED,
                        new JobEvent.Ended(
                                TaskRange.single(job), TaskStatus.CANCELLED, "cancelled by " + by));
                yield new SchedulerReply.Done();
            }
            case SchedulerRequest.Retry retry -> {
                Live live = live(retry.job());
                live.round++;
                happened(
                        retry.job(),
                        TaskStatus.QUEUED,
                        new JobEvent.Retried(
                                TaskRange.single(retry.job()),
                                live.spec,
                                live.number,
                                live.round,
                                live.attempt,
                                retry.by()));
                yield new SchedulerReply.Done();
            }
            case SchedulerRequest.Explain(JobId job) ->
                    new SchedulerReply.Explained(
                            job, TaskStatus.QUEUED, List.of("no worker has 2 gpus free"));
            case SchedulerRequest.SetDrain _ -> new SchedulerReply.Done();
            case SchedulerRequest.Purge(List<JobId> purged) -> {
                store.commit(epoch, List.of(new DurableEvent.JobsPurged(purged)));
                yield new SchedulerReply.Done();
            }
            case SchedulerRequest.DescribeCluster() ->
                    new SchedulerReply.Cluster(FakeCluster.view(epoch, jobs.size()));
            case SchedulerRequest.OfSchedule it -> schedule(it);
        };
    }

    private SchedulerReply schedule(SchedulerRequest.OfSchedule asked) throws StoreException {
        FakeSchedules.Decided decided =
                schedules.asked(asked, jobs::containsKey, it -> numbers.getOrDefault(it, 0L) + 1);
        store.commit(epoch, decided.events());
        decided.opening()
                .ifPresent(opening -> {
                    numbers.put(opening.spec().namespace(), opening.number());
                    jobs.put(decided.job(), new Live(opening.spec(), opening.number()));
                });
        return decided.reply();
    }

    private Message submitMany(SchedulerRequest.SubmitMany many) throws StoreException {
        List<SchedulerReply.Verdict> verdicts = new ArrayList<>();
        isGathering = true;
        for (SchedulerRequest.Submit submit : many.submissions()) {
            verdicts.add(submit(submit));
        }
        isGathering = false;
        commit();
        return new SchedulerReply.Verdicts(verdicts);
    }

    private SchedulerReply.Verdict submit(SchedulerRequest.Submit submit) throws StoreException {
        if (room == 0) {
            return new SchedulerReply.Refused(
                    Problem.of(ProblemCode.TOO_MANY, "the queue is full", "try again later"));
        }
        room--;
        if (submit.idempotencyKey().isPresent()) {
            var key = submit.idempotencyKey().get();
            if (keys.get(key.key() + key.bodyHash())
                    instanceof SchedulerReply.Accepted(JobId job, long number, boolean _)) {
                return new SchedulerReply.Accepted(job, number, true);
            }
            if (keys.containsKey(key.key())) {
                return new SchedulerReply.Refused(
                        Problem.of(
                                ProblemCode.IDEMPOTENCY_MISMATCH,
                                "the key was used for another job",
                                "use another key"));
            }
        }
        long number = numbers.merge(submit.spec().namespace(), 1L, Long::sum);
        jobs.put(submit.job(), new Live(submit.spec(), number));
        happened(
                submit.job(),
                TaskStatus.QUEUED,
                new JobEvent.Submitted(submit.spec(), number, submit.idempotencyKey()));
        SchedulerReply.Verdict reply = new SchedulerReply.Accepted(submit.job(), number, false);
        submit.idempotencyKey().ifPresent(key -> keys.put(key.key() + key.bodyHash(), reply));
        submit.idempotencyKey().ifPresent(key -> keys.put(key.key(), reply));
        return reply;
    }

    private Message topic(Message message) throws StoreException {
        return switch ((TopicMessage) message) {
            case TopicMessage.Subscribe(String address, List<Topic> topics) -> {
                proxy = Optional.of(new Address(address));
                subscriptions.incrementAndGet();
                subscribed.clear();
                subscribed.addAll(topics);
                yield new TopicMessage.Subscribed(epoch, topics.stream().map(this::head).toList());
            }
            case TopicMessage.ReadEvents(JobId job, long after, int limit) ->
                    new TopicMessage.EventsRead(job, 1, store.jobs().events(job, after, limit));
            case TopicMessage.Locate(JobId job) ->
                    new TopicMessage.Located(
                            store.jobs().job(job).map(row -> row.namespace()), "http://unused");
            case TopicMessage.Authenticate(String hash) ->
                    new TopicMessage.Authenticated(store.tokens().find(hash, Instant.now()));
            case TopicMessage.ReadPulses() ->
                    new TopicMessage.PulsesRead(new Pulse.History(List.of(), List.of()));
            case TopicMessage other -> throw new IllegalStateException("no question: " + other);
        };
    }

    private Head head(Topic topic) {
        return switch (topic) {
            case Topic.OfJob(JobId job) -> new Head(topic, lastSeq(job), false, List.of());
            case Topic.OfLogs(JobId job) -> new Head(topic, lastSeq(job), false, List.of());
            case Topic.OfJobs _, Topic.OfAttempts _, Topic.OfNodes _, Topic.OfCluster _ ->
                    new Head(topic, 0, false, List.of());
        };
    }

    private long lastSeq(JobId job) {
        return jobs.containsKey(job) ? live(job).seq : 0;
    }

    private void happened(JobId job, TaskStatus status, JobEvent.Change change)
            throws StoreException {
        Live live = live(job);
        gathered.add(new JobEvent(job, ++live.seq, Instant.now(), status, change));
        if (!isGathering) {
            commit();
        }
    }

    private void commit() throws StoreException {
        List<JobEvent> events = List.copyOf(gathered);
        gathered.clear();
        store.commit(epoch, List.copyOf(events));
        for (JobEvent event : events) {
            publish(
                    List.of(
                            new TopicEvent.Durable(event),
                            new TopicEvent.JobChanged(live(event.job()).spec.namespace(), event)));
        }
    }

    private void publish(List<TopicEvent> events) {
        if (dropped > 0) {
            dropped--;
            return;
        }
        proxy.ifPresent(at -> bus.send(at, new TopicMessage.Events(epoch, events)));
    }
}
