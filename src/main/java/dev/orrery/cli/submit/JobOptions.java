package dev.orrery.cli.submit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.client.Json;
import dev.orrery.model.Quantities;

import picocli.CommandLine.Option;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is said of a job beside its work: who, when, where, how often. */
public final class JobOptions {

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the job.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--label", paramLabel = "NAME=VALUE", description = "A label; repeatable.")
    private List<String> labels = new ArrayList<>();

    @Option(names = "--cpus", paramLabel = "N", description = "Cpus, such as 0.5; default 1.")
    private Optional<String> cpus = Optional.empty();

    @Option(names = "--memory", paramLabel = "SIZE", description = "Memory, such as 512MiB.")
    private Optional<String> memory = Optional.empty();

    @Option(names = "--gpus", paramLabel = "N", description = "Whole gpus.")
    private Optional<Integer> gpus = Optional.empty();

    @Option(
            names = "--resource",
            paramLabel = "NAME=N",
            description = "Any other countable thing; repeatable.")
    private List<String> resources = new ArrayList<>();

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "-1000 to 1000, higher first; default 0.")
    private Optional<Integer> priority = Optional.empty();

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            description = "Start before, or expire; ISO or 'in 2h'.")
    private Optional<Instant> deadline = Optional.empty();

    @Option(
            names = "--not-before",
            paramLabel = "TIME",
            description = "Start not before; ISO, 'in 2h' or +2h.")
    private Optional<Instant> notBefore = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "Longest run of an attempt.")
    private Optional<Duration> timeout = Optional.empty();

    @Option(
            names = "--retries",
            paramLabel = "N",
            description = "Own failures that are forgiven; default 0.")
    private Optional<Integer> retries = Optional.empty();

    @Option(
            names = "--restarts",
            paramLabel = "N",
            description = "Lost workers that are forgiven; default 3.")
    private Optional<Integer> restarts = Optional.empty();

    @Option(
            names = "--backoff",
            paramLabel = "DURATION",
            description = "Pause after the first failure; doubles.")
    private Optional<Duration> backoff = Optional.empty();

    @Option(
            names = "--backoff-max",
            paramLabel = "DURATION",
            description = "Longest pause; default 1m.")
    private Optional<Duration> backoffMax = Optional.empty();

    @Option(
            names = "--retention",
            paramLabel = "DURATION",
            description = "How long record, logs and files stay after the end.")
    private Optional<Duration> retention = Optional.empty();

    @Option(
            names = "--constraint",
            paramLabel = "LABEL=A,B",
            description = "Only on workers with the label, or without it (LABEL!=A,B).")
    private List<String> constraints = new ArrayList<>();

    @Option(
            names = "--max-parallel",
            paramLabel = "N",
            description = "Tasks of the job that run at once; default any number.")
    private Optional<Integer> maxParallel = Optional.empty();

    @Option(names = "--exclusive", description = "Each task has a worker for itself.")
    private boolean exclusive;

    /** Writes it into the document that describes the job. */
    public void describe(ObjectNode job) {
        name.ifPresent(text -> job.put("name", text));
        if (!labels.isEmpty()) {
            ObjectNode all = job.putObject("labels");
            for (String label : labels) {
                int equals = equalsIn("--label", label);
                all.put(label.substring(0, equals), label.substring(equals + 1));
            }
        }
        describeResources(job);
        priority.ifPresent(number -> job.put("priority", number));
        maxParallel.ifPresent(number -> job.put("maxParallel", number));
        if (exclusive) {
            job.put("exclusive", true);
        }
        deadline.ifPresent(time -> job.put("deadline", time.toString()));
        notBefore.ifPresent(time -> job.put("notBefore", time.toString()));
        timeout.ifPresent(time -> job.put("timeout", Quantities.formatDuration(time)));
        retries.ifPresent(number -> job.put("retries", number));
        restarts.ifPresent(number -> job.put("restarts", number));
        backoff.ifPresent(time -> job.put("backoff", Quantities.formatDuration(time)));
        backoffMax.ifPresent(time -> job.put("backoffMax", Quantities.formatDuration(time)));
        retention.ifPresent(time -> job.put("retention", Quantities.formatDuration(time)));
        if (!constraints.isEmpty()) {
            ArrayNode all = job.putArray("constraints");
            constraints.forEach(text -> describeConstraint(all.addObject(), text));
        }
    }

    private void describeResources(ObjectNode job) {
        if (cpus.isEmpty() && memory.isEmpty() && gpus.isEmpty() && resources.isEmpty()) {
            return;
        }
        ObjectNode all = job.putObject("resources");
        cpus.ifPresent(text -> all.put("cpus", cpus(text)));
        memory.ifPresent(text -> all.put("memory", text));
        gpus.ifPresent(number -> all.put("gpus", number));
        if (!resources.isEmpty()) {
            ObjectNode named = all.putObject("named");
            for (String resource : resources) {
                int equals = equalsIn("--resource", resource);
                named.put(resource.substring(0, equals), amount(resource, equals));
            }
        }
    }

    private static BigDecimal cpus(String text) {
        try {
            return BigDecimal.valueOf(Quantities.parseCpuMillis(text), 3).stripTrailingZeros();
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--cpus: " + e.getMessage(), e);
        }
    }

    private static long amount(String resource, int equals) {
        try {
            return Long.parseLong(resource.substring(equals + 1));
        } catch (NumberFormatException e) {
            throw new CommandException(ExitCode.USAGE, "--resource: no number: " + resource, e);
        }
    }

    private static void describeConstraint(ObjectNode constraint, String text) {
        int equals = equalsIn("--constraint", text);
        boolean not = text.charAt(equals - 1) == '!';
        String label = text.substring(0, not ? equals - 1 : equals);
        List<String> values = List.of(text.substring(equals + 1).split(",", -1));
        constraint.put("label", label);
        constraint.set(not ? "notIn" : "in", Json.texts(values));
    }

    private static int equalsIn(String option, String text) {
        int equals = text.indexOf('=');
        if (equals < 1 || text.startsWith("!=")) {
            throw new CommandException(
                    ExitCode.USAGE, option + ": is written NAME=VALUE, not: " + text);
        }
        return equals;
    }
}
