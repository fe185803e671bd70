package dev.orrery.cli.option;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.client.Json;
import dev.orrery.cli.text.Table;
import dev.orrery.cli.text.Times;
import dev.orrery.model.Quantities;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** What is said of jobs to people. */
public final class JobText {

    private JobText() {}

    /** One line a job. */
    public static List<String> table(List<JsonNode> jobs) {
        Table table =
                new Table(
                        "NUMBER",
                        "NAME",
                        "STATE",
                        "ATTEMPT",
                        "WORKER",
                        "EXIT",
                        "SUBMITTED",
                        "TIME",
                        "ID");
        for (JsonNode job : jobs) {
            table.add(
                    Json.textOrDash(job, "number"),
                    Json.textOrDash(job, "name"),
                    Json.textOrDash(job, "state"),
                    Json.textOrDash(job, "attempt"),
                    Json.textOrDash(job, "worker"),
                    exit(job),
                    Json.text(job, "submittedAt").map(Times::show).orElse("-"),
                    time(job),
                    Json.textOrDash(job, "id"));
        }
        return table.lines();
    }

    /** The exit code, the signal, or the reason. */
    public static String exit(JsonNode ended) {
        return Json.text(ended, "exitCode")
                .or(() -> Json.text(ended, "signal").map(signal -> "signal " + signal))
                .or(() -> Json.text(ended, "reason"))
                .orElse("-");
    }

    /** How long it ran, or runs. */
    public static String time(JsonNode job) {
        if (job.has("wallSeconds")) {
            Duration wall = Duration.ofNanos((long) (job.path("wallSeconds").asDouble() * 1e9));
            return Times.between(Instant.EPOCH, Instant.EPOCH.plus(wall));
        }
        Optional<String> started = Json.text(job, "startedAt");
        if (started.isEmpty()) {
            return "-";
        }
        Instant end = Json.text(job, "endedAt").map(JobText::instant).orElseGet(Instant::now);
        return Times.between(instant(started.get()), end);
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.now();
        }
    }

    /** One line an attempt. */
    public static List<String> attempts(List<JsonNode> attempts) {
        Table table =
                new Table("ATTEMPT", "WORKER", "STATE", "EXIT", "TIME", "CPU", "MEMORY", "OUTPUT");
        for (JsonNode attempt : attempts) {
            double cpu =
                    attempt.path("userCpuSeconds").asDouble()
                            + attempt.path("systemCpuSeconds").asDouble();
            long output =
                    attempt.path("stdoutBytes").asLong() + attempt.path("stderrBytes").asLong();
            table.add(
                    Json.textOrDash(attempt, "number"),
                    Json.textOrDash(attempt, "worker"),
                    Json.textOrDash(attempt, "state"),
                    exit(attempt),
                    time(attempt),
                    String.format(java.util.Locale.ROOT, "%.3fs", cpu),
                    Quantities.describeSize(attempt.path("memoryPeakBytes").asLong()),
                    Quantities.describeSize(output));
        }
        return table.lines();
    }

    /** One line a file. */
    public static List<String> files(List<JsonNode> files) {
        Table table = new Table("NAME", "SIZE", "SHA-256");
        for (JsonNode file : files) {
            table.add(
                    Json.textOrDash(file, "name"),
                    Quantities.describeSize(file.path("sizeBytes").asLong()),
                    Json.textOrDash(file, "sha256"));
        }
        return table.lines();
    }

    public static String id(JsonNode job) {
        return Json.textOrDash(job, "id");
    }

    /** A job as a sentence names it. */
    public static String name(JsonNode job) {
        String number = Json.textOrDash(job, "number");
        return "job " + number + " (" + id(job) + ")";
    }
}
