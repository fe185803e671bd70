package dev.orrery.api.stream;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

/** A topic as clients write it. */
sealed interface TopicName {
    /** {@code jobs.SELECTOR}. */
    record OfJob(String selector) implements TopicName {}

    /** {@code logs.SELECTOR}. */
    record OfLogs(String selector) implements TopicName {}

    /** {@code jobs}. */
    record OfJobs() implements TopicName {}

    /** {@code attempts}. */
    record OfAttempts() implements TopicName {}

    /** {@code nodes}. */
    record OfNodes() implements TopicName {}

    /** {@code cluster}. */
    record OfCluster() implements TopicName {}

    /** Reads a topic, or refuses it. */
    static TopicName parse(String text) {
        if (text.startsWith("jobs.") && text.length() > 5) {
            return new OfJob(text.substring(5));
        }
        if (text.startsWith("logs.") && text.length() > 5) {
            return new OfLogs(text.substring(5));
        }
        return switch (text) {
            case "jobs" -> new OfJobs();
            case "attempts" -> new OfAttempts();
            case "nodes" -> new OfNodes();
            case "cluster" -> new OfCluster();
            default ->
                    throw Refusal.ofField(
                            ProblemCode.INVALID_VALUE,
                            "topic",
                            "there is no such topic",
                            "use jobs, jobs.ID, logs.ID, attempts, nodes or cluster");
        };
    }
}
