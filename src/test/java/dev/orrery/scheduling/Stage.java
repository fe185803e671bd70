package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;
import dev.orrery.model.Resources;
import dev.orrery.model.Work;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.IdempotencyKey;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Rules;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A leader that takes its inputs as lines of text and says what it decided in lines of text.
 *
 * <p>{@code docs/lifecycle.md} tells how to write a trace.
 */
final class Stage {

    private final Notation notation = new Notation();
    private final TreeMap<String, Long> incarnations = new TreeMap<>();
    private final TreeMap<String, Long> sessions = new TreeMap<>();
    private final Policies policies;
    private Leader leader;
    private long reports;

    Stage() {
        this(Policies.standard());
    }

    Stage(Policies policies) {
        this.policies = policies;
        this.leader = new Leader(Sample.RULES, policies);
    }

    Leader leader() {
        return leader;
    }

    /** Does what each line says, and gives all that was decided. */
    List<String> all(String... lines) {
        List<String> decided = new ArrayList<>();
        for (String line : lines) {
            decided.addAll(take(line));
        }
        return decided;
    }

    /** Does what a line says, and gives what was decided. */
    List<String> take(String line) {
        Words words = Words.of(line);
        return switch (words.verb()) {
            case "rules" -> rules(words);
            case "wait" -> pass(words);
            case "jump" -> jump(words);
            case "crash" -> crash();
            case "hello" -> told(hello(words));
            case "heartbeat" -> told(heartbeat(words));
            case "started", "ended", "not-started", "progress" -> told(reports(words));
            case "goodbye" -> told(new WorkerMessage.Goodbye(worker(words), incarnation(words)));
            default -> asked(request(words));
        };
    }

    private SchedulerRequest request(Words words) {
        return switch (words.verb()) {
            case "submit" -> submit(words);
            case "cancel" -> new SchedulerRequest.Cancel(job(words), "alice");
            case "retry" -> {
                int from = words.number("from", 0);
                List<JobEvent> history = leader.store().history(job(words));
                int upTo = words.number("up-to", history.size());
                yield new SchedulerRequest.Retry(
                        job(words), history.subList(Math.min(from, upTo), upTo), "alice");
            }
            case "purge" -> new SchedulerRequest.Purge(List.of(job(words)));
            case "explain" -> new SchedulerRequest.Explain(job(words));
            case "drain" -> new SchedulerRequest.SetDrain(worker(words), true);
            case "resume" -> new SchedulerRequest.SetDrain(worker(words), false);
            case "describe" -> new SchedulerRequest.DescribeCluster();
            default -> throw new AssertionError("no such verb: " + words);
        };
    }

    private List<String> asked(SchedulerRequest request) {
        return notation.lines(leader.step(new Input.Asked(1, request)));
    }

    private List<String> told(WorkerMessage message) {
        return notation.lines(leader.step(new Input.Told(1, message)));
    }

    private List<String> rules(Words words) {
        Rules standard = Sample.RULES;
        leader =
                new Leader(
                        new Rules(
                                standard.lease(),
                                words.number("queue-max", 1_000),
                                standard.taskMax(),
                                standard.prefetchBelow(),
                                words.number("prefetch-max", standard.prefetchMax()),
                                standard.idempotencyTtl(),
                                sharing(words)),
                        policies);
        return List.of();
    }

    /** Options {@code weight=a:2 cap=a:4 each=3 label-cap=license:matlab:1 after=10s}. */
    private static Rules.Sharing sharing(Words words) {
        return new Rules.Sharing(
                counts(words, "weight"),
                words.number("each", 0),
                counts(words, "cap"),
                counts(words, "label-cap"),
                words.duration("after").orElse(Duration.ofSeconds(10)));
    }

    private static SortedMap<String, Long> counts(Words words, String option) {
        SortedMap<String, Long> counts = new TreeMap<>();
        for (String entry : words.list(option)) {
            int colon = entry.lastIndexOf(':');
            counts.put(
                    entry.substring(0, colon).replace(':', '='),
                    Long.parseLong(entry.substring(colon + 1)));
        }
        return counts;
    }

    private List<String> pass(Words words) {
        leader.advance(Words.read(words.at(0)));
        return notation.lines(leader.step(new Input.Tick()));
    }

    private List<String> jump(Words words) {
        leader.jump(Words.read(words.at(0)));
        return notation.lines(leader.step(new Input.Tick()));
    }

    private List<String> crash() {
        leader.crash();
        return List.of();
    }

    private JobId job(Words words) {
        return notation.job(words.at(0));
    }

    private static WorkerId worker(Words words) {
        return new WorkerId(words.at(0));
    }

    private long incarnation(Words words) {
        long known = incarnations.getOrDefault(words.at(0), 1L);
        return words.option("incarnation").map(Long::parseLong).orElse(known);
    }

    private SchedulerRequest submit(Words words) {
        Optional<IdempotencyKey> key =
                words.option("key")
                        .map(it -> new IdempotencyKey(it, words.option("body").orElse("body")));
        return new SchedulerRequest.Submit(job(words), spec(words), key);
    }

    private JobSpec spec(Words words) {
        Sample.SpecDraft spec =
                Sample.spec()
                        .size(words.number("size", 1))
                        .priority(words.number("priority", 0))
                        .resources(resources(words))
                        .retry(
                                new RetryRule(
                                        words.number("retries", 0),
                                        words.number("restarts", 3),
                                        words.duration("backoff").orElse(Duration.ofSeconds(1)),
                                        Duration.ofMinutes(1)))
                        .constraints(constraints(words));
        words.option("namespace").ifPresent(spec::namespace);
        words.option("label")
                .map(it -> it.split(":"))
                .ifPresent(it -> spec.labels(new TreeMap<>(Map.of(it[0], it[1]))));
        spec.maxParallel(words.number("max-parallel", 0)).exclusive(words.has("exclusive"));
        words.option("shell").map(Work.Shell::new).ifPresent(spec::work);
        words.duration("deadline").map(this::wall).ifPresent(spec::deadline);
        words.duration("not-before").map(this::wall).ifPresent(spec::notBefore);
        return spec.make();
    }

    private Instant wall(Duration fromNow) {
        return leader.wall().plus(fromNow);
    }

    private static List<Constraint> constraints(Words words) {
        List<Constraint> constraints = new ArrayList<>();
        words.option("on").map(it -> constraint(it, true)).ifPresent(constraints::add);
        words.option("not-on").map(it -> constraint(it, false)).ifPresent(constraints::add);
        return constraints;
    }

    private static Constraint constraint(String text, boolean matches) {
        String[] parts = text.split(":");
        return new Constraint(parts[0], matches, List.of(parts[1]));
    }

    private static Resources resources(Words words) {
        TreeMap<String, Long> named = new TreeMap<>();
        words.option("licences").map(Long::parseLong).ifPresent(it -> named.put("licences", it));
        return new Resources(
                words.option("cpu-millis")
                        .map(Long::parseLong)
                        .orElse(words.number("cpus", 1) * 1_000L),
                words.number("memory", 0),
                words.number("gpus", 0),
                named);
    }

    private WorkerMessage hello(Words words) {
        String name = words.at(0);
        incarnations.put(name, incarnation(words));
        sessions.merge(name, 1L, Long::sum);
        words.option("session").map(Long::parseLong).ifPresent(it -> sessions.put(name, it));
        int slots = words.number("slots", 1);
        TreeMap<String, String> labels = new TreeMap<>();
        words.option("label").map(it -> it.split(":")).ifPresent(it -> labels.put(it[0], it[1]));
        Resources asked = resources(words);
        Resources capacity =
                new Resources(
                        words.number("cpus", slots) * 1_000L,
                        words.number("memory", 1_000),
                        asked.gpus(),
                        asked.named());
        return new WorkerMessage.Hello(
                worker(words),
                incarnation(words),
                sessions.getOrDefault(name, 1L),
                words.number("epoch", (int) leader.epoch()),
                new WorkerOffer(capacity, slots, labels, "host", "1"),
                live(words),
                "");
    }

    private List<AttemptId> live(Words words) {
        return words.list("live").stream().map(notation::attempt).toList();
    }

    private WorkerMessage heartbeat(Words words) {
        return new WorkerMessage.Heartbeat(
                worker(words),
                incarnation(words),
                words.number("session", sessions.getOrDefault(words.at(0), 1L).intValue()),
                words.number("epoch", (int) leader.epoch()),
                live(words),
                words.has("draining"));
    }

    private WorkerMessage reports(Words words) {
        reports++;
        AttemptId attempt = notation.attempt(words.at(1));
        Report report =
                switch (words.verb()) {
                    case "started" -> new Report.Started(attempt, leader.wall());
                    case "ended" -> new Report.Ended(attempt, result(words));
                    case "not-started" -> new Report.NotStarted(attempt, "recalled");
                    default ->
                            new Report.Progress(
                                    attempt, Double.parseDouble(words.at(2)), words.at(3));
                };
        return new WorkerMessage.Reports(
                worker(words), incarnation(words), reports, List.of(report));
    }

    private AttemptResult result(Words words) {
        Duration wall = words.duration("wall").orElse(Duration.ofSeconds(1));
        return Sample.result(outcome(words), leader.wall(), wall);
    }

    private static Outcome outcome(Words words) {
        if (words.inOrder().size() < 3) {
            return new Outcome.Exited(words.number("exit", 0));
        }
        return switch (words.at(2)) {
            case "signal" -> new Outcome.Signalled(9);
            case "timed-out" -> new Outcome.TimedOut();
            case "stopped" -> new Outcome.Stopped(StopReason.CANCELLED);
            case "lease-lost" -> new Outcome.Stopped(StopReason.LEASE_LOST);
            case "not-startable" -> new Outcome.NotStartable("no such program");
            case "outputs-refused" -> new Outcome.OutputsRefused(List.of("no such file"));
            case "fault" -> new Outcome.WorkerFault("disk full");
            default -> throw new AssertionError("no such outcome: " + words);
        };
    }
}
