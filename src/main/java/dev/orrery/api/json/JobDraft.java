package dev.orrery.api.json;

import dev.orrery.config.Settings;
import dev.orrery.model.Bytes;
import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.RetryRule;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.Quantities;
import dev.orrery.model.Resources;
import dev.orrery.model.StoredFile;
import dev.orrery.model.Work;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A submission while it is being read: the fields that came so far, each checked by itself. What
 * several fields must agree on is checked by {@link #finish}.
 */
public final class JobDraft {
    Optional<Namespace> namespace = Optional.empty();
    String name = "";
    SortedMap<String, String> labels = Collections.emptySortedMap();
    Optional<Work> command = Optional.empty();
    Optional<List<String>> arguments = Optional.empty();
    SortedMap<String, String> environment = Collections.emptySortedMap();
    Bytes stdin = Bytes.EMPTY;
    List<String> outputs = List.of();
    Resources resources = Resources.ONE_CPU;
    int priority;
    Optional<Instant> deadline = Optional.empty();
    Optional<Instant> notBefore = Optional.empty();
    Optional<Duration> timeout = Optional.empty();
    int retries = RetryRule.DEFAULT.retries();
    int restarts = RetryRule.DEFAULT.restarts();
    Duration backoff = RetryRule.DEFAULT.backoff();
    Optional<Duration> backoffMax = Optional.empty();
    Optional<Duration> retention = Optional.empty();
    List<JobSpec.Constraint> constraints = List.of();
    Optional<String> idempotencyKey = Optional.empty();
    int maxParallel;
    boolean exclusive;

    /** The namespace that was named. */
    public Optional<Namespace> namespace() {
        return namespace;
    }

    /** The key that was given among the fields. */
    public Optional<String> idempotencyKey() {
        return idempotencyKey;
    }

    /** Whether a command was given. */
    public boolean hasCommand() {
        return command.isPresent();
    }

    /**
     * What stands around the fields of a submission.
     *
     * @param script the name of the script among the inputs
     * @param deadlineCounts whether a deadline in the past is refused here; a repeated submission
     *     must be answered as the first one was
     */
    public record Surroundings(
            Namespace namespace,
            String owner,
            Optional<String> script,
            List<StoredFile> inputs,
            Instant now,
            boolean deadlineCounts) {}

    /** The whole specification, or a refusal that names the field at fault. */
    public JobSpec finish(Surroundings around, Settings settings) {
        Work work = work(around.script());
        if (around.deadlineCounts()) {
            checkDeadline(around.now());
        }
        checkTimes();
        checkResources(settings.scheduling().taskMax());
        return new JobSpec(
                around.namespace(),
                around.owner(),
                name,
                labels,
                work,
                environment,
                stdin,
                around.inputs(),
                outputs,
                1,
                resources,
                priority,
                deadline,
                notBefore,
                timeout,
                new RetryRule(retries, restarts, backoff, longestBackoff()),
                checkedRetention(settings.storage()),
                constraints,
                maxParallel,
                exclusive);
    }

    private Work work(Optional<String> script) {
        if (script.isPresent()) {
            if (command.isPresent()) {
                throw Refusal.ofField(
                        ProblemCode.INVALID_VALUE,
                        "command",
                        "a job has a command or a script, not both",
                        "leave out 'command', or send the script as a part named 'file'");
            }
            return new Work.Script(script.get(), arguments.orElse(List.of()));
        }
        if (arguments.isPresent()) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "args",
                    "'args' are the arguments of a script, and there is none",
                    "put the arguments into 'command'");
        }
        return command.orElseThrow(() ->
                Refusal.ofField(
                        ProblemCode.MISSING_FIELD,
                        "command",
                        "a job needs a command or a script",
                        "give 'command' as a list of arguments or as a shell line, or"
                                + " upload a part named 'script'"));
    }

    private void checkDeadline(Instant now) {
        if (deadline.isPresent() && !deadline.get().isAfter(now)) {
            throw Refusal.ofField(
                    ProblemCode.DEADLINE_EXPIRED,
                    "deadline",
                    "the deadline " + deadline.get() + " has passed; it is " + now,
                    "give a later deadline, or none");
        }
    }

    private void checkTimes() {
        if (deadline.isPresent()
                && notBefore.isPresent()
                && !deadline.get().isAfter(notBefore.get())) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "notBefore",
                    "the task could not start before its deadline",
                    "give a 'notBefore' earlier than 'deadline'");
        }
        if (backoffMax.isPresent() && backoffMax.get().compareTo(backoff) < 0) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "backoffMax",
                    "the longest pause is shorter than the first one",
                    "give a 'backoffMax' of at least " + Quantities.formatDuration(backoff));
        }
    }

    private Duration longestBackoff() {
        Duration usual = RetryRule.DEFAULT.backoffMax();
        return backoffMax.orElse(backoff.compareTo(usual) > 0 ? backoff : usual);
    }

    private void checkResources(Resources max) {
        checkAmount("resources.cpus", resources.cpuMillis(), max.cpuMillis(), 1000, "");
        checkAmount("resources.memory", resources.memoryBytes(), max.memoryBytes(), 1, " bytes");
        checkAmount("resources.gpus", resources.gpus(), max.gpus(), 1, "");
    }

    private static void checkAmount(String field, long asked, long max, long unit, String name) {
        if (asked > max) {
            throw Refusal.ofField(
                    ProblemCode.IMPOSSIBLE_RESOURCES,
                    field,
                    "no worker may ever offer so much",
                    "ask for at most " + (double) max / unit + name);
        }
    }

    private Duration checkedRetention(Settings.Storage storage) {
        if (retention.isPresent() && retention.get().compareTo(storage.retentionMax()) > 0) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "retention",
                    "history is not kept that long here",
                    "ask for at most " + Quantities.formatDuration(storage.retentionMax()));
        }
        return retention.orElse(storage.retention());
    }
}
