package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The jobs of a cluster, by the selectors that people write. */
public final class Jobs {

    private static final int RANGE_MAX = 10_000;
    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");
    private static final Set<String> TERMINAL =
            Set.of("SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED");

    private final Client client;
    private final Optional<String> namespace;

    /** Jobs whose running numbers count in the namespace. */
    public Jobs(Client client, Optional<String> namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /** Whether nothing but a manual retry can follow the job's state. */
    public static boolean isTerminal(JsonNode job) {
        return TERMINAL.contains(job.path("state").asText());
    }

    /** Whether the job ended well. */
    public static boolean isSucceeded(JsonNode job) {
        return job.path("state").asText().equals("SUCCEEDED");
    }

    /**
     * The single jobs that the texts select: {@code last}, a running number, an id or its
     * beginning, or {@code 1-3} for the running numbers 1 to 3.
     */
    public static List<String> expand(List<String> selectors) {
        List<String> single = new ArrayList<>();
        for (String selector : selectors) {
            Matcher range = RANGE.matcher(selector);
            if (range.matches()) {
                long first = Long.parseLong(range.group(1));
                long last = Long.parseLong(range.group(2));
                if (first > last || last - first >= RANGE_MAX) {
                    throw new CommandException(
                            ExitCode.USAGE,
                            "a range is of 1 to " + RANGE_MAX + " jobs, not: " + selector);
                }
                for (long number = first; number <= last; number++) {
                    single.add(Long.toString(number));
                }
            } else {
                single.add(selector);
            }
        }
        return single;
    }

    /** The path of a job, or of something of it. */
    public ApiPath path(String job, String... below) {
        String[] segments = new String[below.length + 2];
        segments[0] = "jobs";
        segments[1] = job;
        System.arraycopy(below, 0, segments, 2, below.length);
        return ApiPath.of(segments).with("namespace", namespace);
    }

    /** The whole record of a job. */
    public JsonNode get(String job) {
        return client.get(path(job));
    }

    /** Cancels a job; the answer. A job that a repeated request finds cancelled is well so. */
    public JsonNode cancel(String job) {
        // What was last is not the last one any more when this is sent again later.
        String id = get(job).path("id").asText(job);
        try {
            return client.post(path(id, "cancel"));
        } catch (ApiException e) {
            if (e.status() == 409 && e.mayBeDone()) {
                JsonNode record = get(id);
                if (record.path("state").asText().equals("CANCELLED")) {
                    return record;
                }
            }
            throw e;
        }
    }

    /**
     * Opens the next round of an ended job, once: where a request got no answer, the job's round
     * says whether it was carried out.
     */
    public JsonNode retry(String job) {
        JsonNode before = get(job);
        String id = before.path("id").asText(job);
        long round = before.path("round").asLong();
        Tries tries = client.tries();
        boolean doubtful = false;
        while (true) {
            try {
                return client.postOnce(path(id, "retry"), Body.NONE);
            } catch (UnreachableException e) {
                if (!e.isUncertain()) {
                    throw e;
                }
                Optional<JsonNode> opened = openedAfter(round, id);
                if (opened.isPresent()) {
                    return opened.get();
                }
                doubtful = true;
                tries.doubted(e);
            } catch (ApiException e) {
                // The request without an answer may have been slower than the question after it.
                if (!doubtful || e.status() != 409) {
                    throw e;
                }
                return openedAfter(round, id).orElseThrow(() -> e);
            }
        }
    }

    private Optional<JsonNode> openedAfter(long round, String id) {
        return Optional.of(get(id)).filter(now -> now.path("round").asLong() > round);
    }

    /** Where running numbers count, when it is not where the server says. */
    public Optional<String> namespace() {
        return namespace;
    }

    /** The client that asks. */
    public Client client() {
        return client;
    }
}
