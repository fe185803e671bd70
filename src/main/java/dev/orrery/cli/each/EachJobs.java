package dev.orrery.cli.each;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.Context;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Backoff;
import dev.orrery.cli.client.Body;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.text.TerminalText;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Jobs of one description but for their commands, submitted group by group. Each has a key of its
 * own, so that a group can be sent again, to whichever server, until every line of it is decided.
 */
public final class EachJobs {

    private final Place place;
    private final ObjectNode job;
    private final Function<String, Body> body;
    private final Consumer<JsonNode> accepted;
    private final Map<String, Numbers> numbers = new TreeMap<>();
    private long count;
    private long refusals;

    /**
     * Where they go.
     *
     * @param key tells this command line from every other
     * @param patience how long to go on while the servers take nothing
     */
    public record Place(Context context, Client client, String key, Duration patience) {}

    /**
     * Jobs that are not submitted yet.
     *
     * @param job what all have in common
     * @param body of a request with these lines
     * @param accepted is told each answer
     */
    public EachJobs(
            Place place, ObjectNode job, Function<String, Body> body, Consumer<JsonNode> accepted) {
        this.place = place;
        this.job = job.deepCopy();
        this.body = body;
        this.accepted = accepted;
    }

    /** Submits all; how many were accepted and refused is said on standard error. */
    public void submit(InputStream source) throws IOException {
        CommandLines lines = new CommandLines(source);
        try {
            List<Command> group = lines.next();
            while (!group.isEmpty()) {
                send(group);
                place.context().out().flush();
                group = lines.next();
            }
        } finally {
            place.context().out().flush();
            place.context().complain("orrery: " + count + " accepted, " + refusals + " refused");
        }
    }

    /** Whether every line became a job. */
    public boolean isWhole() {
        return refusals == 0;
    }

    /** Waits until all that were accepted are over, and gives those that did not end well. */
    public List<JsonNode> awaitEnds() {
        List<JsonNode> bad = new ArrayList<>();
        numbers.forEach((namespace, of) -> {
            Jobs jobs = new Jobs(place.client(), Optional.of(namespace));
            Ends ends = new Ends(jobs, namespace, of);
            ends.await();
            bad.addAll(ends.bad());
        });
        place.context()
                .complain(
                        "orrery: "
                                + (count - bad.size())
                                + " succeeded, "
                                + bad.size()
                                + " did not");
        return bad;
    }

    private void send(List<Command> group) {
        List<Command> open = new ArrayList<>();
        for (Command command : group) {
            if (command.fault().isPresent()) {
                refuse(command, command.fault().get());
            } else {
                open.add(command);
            }
        }
        Backoff backoff = new Backoff();
        long progressNanos = System.nanoTime();
        while (!open.isEmpty()) {
            Map<Integer, JsonNode> answers = ask(open);
            List<Command> again = new ArrayList<>();
            for (int i = 0; i < open.size(); i++) {
                if (!take(open.get(i), answers.getOrDefault(i + 1, Json.object()))) {
                    again.add(open.get(i));
                }
            }
            if (again.size() < open.size()) {
                progressNanos = System.nanoTime();
                backoff.reset();
            } else if (System.nanoTime() - progressNanos > place.patience().toNanos()) {
                throw new CommandException(
                        ExitCode.UNAVAILABLE,
                        "no job was taken for "
                                + place.patience().toSeconds()
                                + " s; lines from "
                                + again.getFirst().line()
                                + " on are not submitted: "
                                + reason(answers.getOrDefault(1, Json.object())));
            }
            if (!again.isEmpty()) {
                backoff.rest();
            }
            open = again;
        }
    }

    /** The answers by their places in the request; the last line, which counts, is none. */
    private Map<Integer, JsonNode> ask(List<Command> commands) {
        StringBuilder lines = new StringBuilder();
        for (Command command : commands) {
            job.put("command", command.text());
            job.put("idempotencyKey", place.key() + "#" + command.line());
            lines.append(Json.write(job)).append('\n');
        }
        String text =
                place.client()
                        .postText(ApiPath.of("jobs:batch"), body.apply(lines.toString()), Map.of());
        Map<Integer, JsonNode> answers = new HashMap<>();
        try {
            for (String line : text.split("\n")) {
                JsonNode answer = Json.parse(line);
                if (answer.has("line")) {
                    answers.put(answer.path("line").asInt(), answer);
                }
            }
        } catch (JsonProcessingException e) {
            throw new CommandException(ExitCode.UNAVAILABLE, "an answer is no JSON", e);
        }
        return answers;
    }

    /** Whether the line is decided. */
    private boolean take(Command command, JsonNode answer) {
        if (answer.has("id")) {
            count++;
            numbers.computeIfAbsent(answer.path("namespace").asText(), _ -> new Numbers())
                    .add(answer.path("number").asLong());
            ((ObjectNode) answer).put("line", command.line());
            accepted.accept(answer);
            return true;
        }
        int status = answer.path("problem").path("status").asInt(503);
        if (status == 429 || status == 503) {
            return false;
        }
        refuse(command, reason(answer));
        return true;
    }

    private void refuse(Command command, String reason) {
        refusals++;
        place.context().complain("orrery: line " + command.line() + ": " + reason);
    }

    private static String reason(JsonNode answer) {
        JsonNode problem = answer.path("problem");
        String field = Json.text(problem, "field").map(text -> text + ": ").orElse("");
        String remedy = Json.text(problem, "remedy").map(text -> "; " + text).orElse("");
        String code = Json.text(problem, "code").map(text -> " [" + text + "]").orElse("");
        return TerminalText.clean(
                field + Json.text(problem, "detail").orElse("no answer") + remedy + code);
    }
}
