package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Outcome;
import dev.orrery.model.TaskRange;
import dev.orrery.protocol.ClusterView;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.JobEvent.Next;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.WorkerReply;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Decisions as text: one line an event or effect, jobs by short names, times since the start. */
final class Notation {

    private final TreeMap<String, JobId> byName = new TreeMap<>();
    private final TreeMap<JobId, String> byId = new TreeMap<>();

    /** The job of a name; a new one at the first mention. */
    JobId job(String name) {
        return byName.computeIfAbsent(
                name,
                it -> {
                    JobId id = Sample.job(byName.size() + 1);
                    byId.put(id, it);
                    return id;
                });
    }

    /** Reads {@code A@1}, {@code A.3@1} or {@code A.0-4@1}. */
    AttemptId attempt(String text) {
        String[] parts = text.split("[.@]");
        int number = Integer.parseInt(parts[parts.length - 1]);
        String[] range = (parts.length == 3 ? parts[1] : "0").split("-");
        int first = Integer.parseInt(range[0]);
        int last = Integer.parseInt(range[range.length - 1]);
        return new AttemptId(new TaskRange(job(parts[0]), first, last), number);
    }

    List<String> lines(Decision decision) {
        List<String> lines = new ArrayList<>();
        decision.events().forEach(event -> lines.add(line(event)));
        decision.effects().forEach(effect -> lines.add(line(effect)));
        return lines;
    }

    private String line(StateEvent event) {
        return switch (event) {
            case StateEvent.Durable it -> line(it.event());
            case StateEvent.WorkerJoined it ->
                    "lease of %s/%d begins, session %d, until %s"
                            .formatted(
                                    it.worker(),
                                    it.incarnation(),
                                    it.session(),
                                    nanos(it.leaseEnd()));
            case StateEvent.LeaseRenewed it ->
                    "lease of %s until %s%s"
                            .formatted(
                                    it.worker(),
                                    nanos(it.leaseEnd()),
                                    it.drainingItself() ? ", draining itself" : "");
            case StateEvent.WorkerLeft it -> "lease of %s is over".formatted(it.worker());
            case StateEvent.Recalled it ->
                    "recalled from %s: %s".formatted(it.worker(), texts(it.attempts()));
            case StateEvent.ScheduleHeld it -> "held until " + it.until();
            case StateEvent.Watched it -> "%s waits for room".formatted(it.watch().namespace());
            case StateEvent.Kept it ->
                    "%s is kept for %s".formatted(it.keep().worker(), it.keep().namespace());
            case StateEvent.Freed it -> "%s is kept no more".formatted(it.worker());
            case StateEvent.SubmissionsForgotten it ->
                    "keys from before %s forgotten".formatted(time(it.before()));
        };
    }

    private String line(DurableEvent event) {
        return switch (event) {
            case JobEvent it ->
                    "event %s %d %s: %s"
                            .formatted(
                                    byId.get(it.job()), it.seq(), it.status(), text(it.change()));
            case DurableEvent.WorkerDrainSet it ->
                    "event %s %s".formatted(it.worker(), it.draining() ? "drained" : "resumed");
            case DurableEvent.JobsPurged it ->
                    "event purged "
                            + it.jobs().stream().map(byId::get).collect(Collectors.joining(","));
            case DurableEvent.ScheduleChanged it -> "event " + it.change();
        };
    }

    private String text(JobEvent.Change change) {
        return switch (change) {
            case JobEvent.Submitted it ->
                    "submitted as number %d%s"
                            .formatted(
                                    it.number(),
                                    it.idempotencyKey()
                                            .map(key -> ", key " + key.key())
                                            .orElse(""));
            case JobEvent.Released it -> "released " + text(it.tasks());
            case JobEvent.Assigned it ->
                    "assigned %s to %s/%d"
                            .formatted(
                                    text(it.tasks(), it.attempt()), it.worker(), it.incarnation());
            case JobEvent.Unassigned it ->
                    "unassigned %s, %s".formatted(text(it.tasks(), it.attempt()), it.cause());
            case JobEvent.Started it ->
                    "started %s at %s"
                            .formatted(text(it.tasks(), it.attempt()), time(it.startedAt()));
            case JobEvent.CancelRequested it ->
                    "cancel of %s requested by %s".formatted(text(it.tasks()), it.by());
            case JobEvent.AttemptEnded it ->
                    "ended %s on %s, %s, %s"
                            .formatted(
                                    text(it.tasks(), it.attempt()),
                                    it.worker(),
                                    text(it.result().outcome()),
                                    text(it.next()));
            case JobEvent.Ended it ->
                    "ended %s, %s %s".formatted(text(it.tasks()), it.taskStatus(), it.reason());
            case JobEvent.Retried it ->
                    "retried by %s, round %d after attempt %d"
                            .formatted(it.by(), it.round(), it.attempts());
        };
    }

    private static String text(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Exited it -> "exit " + it.code();
            case Outcome.Signalled it -> "signal " + it.signal();
            case Outcome.TimedOut it -> "timed out";
            case Outcome.Stopped it -> "stopped " + it.reason();
            case Outcome.NotStartable it -> "not startable";
            case Outcome.OutputsRefused it -> "outputs refused";
            case Outcome.WorkerFault it -> "worker fault";
            case Outcome.Lost it -> "lost, " + it.cause();
        };
    }

    private static String text(Next next) {
        return switch (next) {
            case Next.Over it -> "over " + it.taskStatus() + " " + it.reason();
            case Next.Again it ->
                    "again not before %s, %d failures, %d losses"
                            .formatted(time(it.notBefore()), it.failures(), it.losses());
        };
    }

    private String line(Effect effect) {
        return switch (effect) {
            case Effect.Reply it -> "reply " + text(it.reply());
            case Effect.Answer it -> "answer " + text(it.reply());
            case Effect.Assign it ->
                    "send %s/%d session %d: assign %s"
                            .formatted(
                                    it.worker(),
                                    it.incarnation(),
                                    it.session(),
                                    text(it.attempt()));
            case Effect.Stop it ->
                    "send %s/%d: stop %s, %s"
                            .formatted(
                                    it.worker(),
                                    it.incarnation(),
                                    texts(it.attempts()),
                                    it.reason());
            case Effect.Recall it ->
                    "send %s/%d: recall %s"
                            .formatted(it.worker(), it.incarnation(), texts(it.attempts()));
            case Effect.Progressed it ->
                    "tell progress of %s: %s %s"
                            .formatted(text(it.attempt()), it.fraction(), it.text());
            case Effect.NodesChanged it -> "tell nodes";
        };
    }

    private String text(SchedulerReply reply) {
        return switch (reply) {
            case SchedulerReply.Accepted it ->
                    "accepted %s as number %d%s"
                            .formatted(
                                    byId.get(it.job()),
                                    it.number(),
                                    it.replayed() ? ", replayed" : "");
            case SchedulerReply.Refused it -> "refused " + it.problem().code();
            case SchedulerReply.Verdicts it ->
                    it.each().stream().map(this::text).collect(Collectors.joining(", "));
            case SchedulerReply.Done it -> "done";
            case SchedulerReply.Explained it ->
                    "%s is %s: %s"
                            .formatted(
                                    byId.get(it.job()),
                                    it.status(),
                                    String.join("; ", it.reasons()));
            case SchedulerReply.Cluster it -> text(it.view());
        };
    }

    private String text(ClusterView view) {
        String nodes =
                view.nodes().stream()
                        .map(node ->
                                "%s %s %d running %d assigned"
                                        .formatted(
                                                node.worker(),
                                                node.state(),
                                                node.running(),
                                                node.assigned()))
                        .collect(Collectors.joining("; "));
        String stuck =
                view.stuck().stream()
                        .map(job -> text(TaskRange.single(job.job())) + ", " + job.reason())
                        .collect(Collectors.joining("; "));
        return ("cluster: waiting %d, queued %d, assigned %d, running %d, succeeded %d, failed %d,"
                        + " cancelled %d, expired %d; %s%s")
                .formatted(
                        view.waiting(),
                        view.queued(),
                        view.assigned(),
                        view.running(),
                        view.succeeded(),
                        view.failed(),
                        view.cancelled(),
                        view.expired(),
                        nodes,
                        stuck.isEmpty() ? "" : "; stuck: " + stuck);
    }

    private String text(WorkerReply reply) {
        return switch (reply) {
            case WorkerReply.Welcome it ->
                    "welcome to epoch %d%s".formatted(it.epoch(), stop(it.stop()));
            case WorkerReply.Renewed it ->
                    "renewed in epoch %d%s".formatted(it.epoch(), stop(it.stop()));
            case WorkerReply.SayHello it -> "say hello to epoch " + it.epoch();
            case WorkerReply.Acknowledged it -> "acknowledged " + it.seq();
            case WorkerReply.Superseded it -> "superseded";
        };
    }

    private String stop(List<AttemptId> attempts) {
        return attempts.isEmpty() ? "" : ", stop " + texts(attempts);
    }

    private String texts(List<AttemptId> attempts) {
        return attempts.stream().map(this::text).collect(Collectors.joining(","));
    }

    private String text(AttemptId attempt) {
        return text(attempt.tasks(), attempt.number());
    }

    private String text(TaskRange tasks, int attempt) {
        return text(tasks) + "@" + attempt;
    }

    private String text(TaskRange tasks) {
        return tasks.toString().replace(tasks.job().toString(), byId.get(tasks.job()));
    }

    private static String time(Instant at) {
        return time(Duration.between(Sample.START, at));
    }

    private static String nanos(long nanos) {
        return time(Duration.ofNanos(nanos));
    }

    private static String time(Duration since) {
        if (!since.isZero() && since.equals(Duration.ofDays(since.toDays()))) {
            return "+" + since.toDays() + "d";
        }
        BigDecimal seconds = BigDecimal.valueOf(since.toMillis(), 3);
        String text = seconds.stripTrailingZeros().toPlainString();
        return (since.isNegative() ? "" : "+") + text + "s";
    }
}
