package dev.orrery.api.rest;

import dev.orrery.api.Call;
import dev.orrery.api.Query;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.TaskStatus;
import dev.orrery.store.JobReads;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The query of a list of jobs. */
final class JobListQuery {
    private static final List<String> KNOWN =
            List.of(
                    "state",
                    "label",
                    "name",
                    "namespace",
                    "after",
                    "before",
                    "numbers",
                    "limit",
                    "cursor");
    private static final int LIMIT = 50;
    private static final int LIMIT_MAX = 500;
    private static final long NUMBER_MAX = 1L << 53;

    private JobListQuery() {}

    static JobReads.Query of(Call call) {
        Query query = call.query(KNOWN);
        Optional<Namespace> namespace = query.namespace();
        if (namespace.isPresent() && !call.principal().sees(namespace.get())) {
            throw Refusal.notFound("namespace " + namespace.get());
        }
        List<Long> numbers =
                query.parsed("numbers", JobListQuery::numbers, "write 3 or 1-3").orElse(List.of());
        return new JobReads.Query(
                namespace.or(() -> call.principal().namespace()),
                states(query),
                labels(query),
                query.text("name"),
                instant(query, "after"),
                instant(query, "before"),
                numbers.isEmpty() ? Optional.empty() : Optional.of(numbers.getFirst()),
                numbers.isEmpty() ? Optional.empty() : Optional.of(numbers.getLast()),
                query.text("cursor"),
                query.integer("limit", 1, LIMIT_MAX).orElse((long) LIMIT).intValue());
    }

    private static List<TaskStatus> states(Query query) {
        List<TaskStatus> states = new ArrayList<>();
        for (String list : query.all("state")) {
            for (String word : list.split(",", -1)) {
                try {
                    states.add(TaskStatus.valueOf(word.strip().toUpperCase(Locale.ROOT)));
                } catch (IllegalArgumentException e) {
                    throw Refusal.ofField(
                            ProblemCode.INVALID_VALUE,
                            "state",
                            "there is no such state",
                            "use " + List.of(TaskStatus.values()));
                }
            }
        }
        return states;
    }

    private static SortedMap<String, String> labels(Query query) {
        SortedMap<String, String> labels = new TreeMap<>();
        for (String label : query.all("label")) {
            int equals = label.indexOf('=');
            if (equals < 1) {
                throw Refusal.ofField(
                        ProblemCode.INVALID_VALUE,
                        "label",
                        "a label is asked for by name and value",
                        "write label=team=astro");
            }
            labels.put(label.substring(0, equals), label.substring(equals + 1));
        }
        return labels;
    }

    private static Optional<Instant> instant(Query query, String name) {
        return query.parsed(
                name,
                text -> OffsetDateTime.parse(text).toInstant(),
                "write a moment like 2027-01-31T12:00:00Z");
    }

    private static List<Long> numbers(String text) {
        String[] ends = text.split("-", -1);
        long first = number(ends[0]);
        long last = number(ends[ends.length - 1]);
        if (ends.length > 2 || first > last) {
            throw new IllegalArgumentException("no range");
        }
        return List.of(first, last);
    }

    private static long number(String text) {
        long number = Long.parseLong(text);
        if (number < 1 || number > NUMBER_MAX) {
            throw new IllegalArgumentException("no job number");
        }
        return number;
    }
}
