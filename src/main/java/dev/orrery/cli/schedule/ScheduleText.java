package dev.orrery.cli.schedule;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.client.Json;
import dev.orrery.cli.text.Table;
import dev.orrery.cli.text.TerminalText;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Schedules as people read them, their times by the clock that each goes by. */
final class ScheduleText {

    private static final DateTimeFormatter SHOWN =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT);

    private ScheduleText() {}

    /** In one line: its name, and when it fires next. */
    static String line(JsonNode schedule) {
        return TerminalText.clean(Json.textOrDash(schedule, "name") + " " + state(schedule));
    }

    private static String state(JsonNode schedule) {
        if (schedule.path("paused").asBoolean()) {
            return "paused";
        }
        return Json.text(schedule, "next")
                .map(next -> "fires next at " + time(schedule, next) + " " + zone(schedule))
                .orElse("fires no more");
    }

    /** All as a table. */
    static List<String> table(List<JsonNode> schedules) {
        Table table = new Table("NAME", "CRON", "ZONE", "NEXT", "LAST", "FIRED", "SKIPPED");
        for (JsonNode schedule : schedules) {
            String next =
                    schedule.path("paused").asBoolean()
                            ? "paused"
                            : time(schedule, Json.text(schedule, "next"));
            table.add(
                    Json.textOrDash(schedule, "name"),
                    Json.textOrDash(schedule, "cron"),
                    zone(schedule),
                    next,
                    time(schedule, Json.text(schedule.path("lastFire"), "scheduledFor")),
                    schedule.path("fired").asText(),
                    schedule.path("skipped").asText());
        }
        return table.lines();
    }

    /** All that is known of one. */
    static List<String> page(JsonNode schedule) {
        List<String> lines = new ArrayList<>();
        add(lines, "name", Json.textOrDash(schedule, "name"));
        add(lines, "id", Json.textOrDash(schedule, "id"));
        add(lines, "namespace", Json.textOrDash(schedule, "namespace"));
        add(lines, "owner", Json.textOrDash(schedule, "owner"));
        add(lines, "cron", Json.textOrDash(schedule, "cron") + " (" + zone(schedule) + ")");
        add(lines, "misfire", Json.textOrDash(schedule, "misfire"));
        add(lines, "overlap", Json.textOrDash(schedule, "overlap"));
        Json.text(schedule, "start").ifPresent(at -> add(lines, "start", time(schedule, at)));
        Json.text(schedule, "end").ifPresent(at -> add(lines, "end", time(schedule, at)));
        if (schedule.path("paused").asBoolean()) {
            add(lines, "next", "paused");
        }
        for (JsonNode next : schedule.path("nextFires")) {
            add(lines, "next", time(schedule, next.asText()));
        }
        JsonNode fire = schedule.path("lastFire");
        Json.text(fire, "scheduledFor")
                .ifPresent(at ->
                        add(
                                lines,
                                "last",
                                time(schedule, at) + ", job " + Json.textOrDash(fire, "job")));
        JsonNode skip = schedule.path("lastSkip");
        Json.text(skip, "through")
                .ifPresent(at ->
                        add(
                                lines,
                                "left out",
                                time(schedule, at) + ", " + Json.textOrDash(skip, "reason")));
        add(
                lines,
                "counts",
                "%s fired, %s skipped, %s by hand"
                        .formatted(
                                schedule.path("fired").asText(),
                                schedule.path("skipped").asText(),
                                schedule.path("triggered").asText()));
        return lines;
    }

    private static void add(List<String> lines, String field, String value) {
        lines.add(TerminalText.clean("%-10s %s".formatted(field, value)));
    }

    private static String zone(JsonNode schedule) {
        return Json.textOrDash(schedule, "timeZone");
    }

    private static String time(JsonNode schedule, Optional<String> iso) {
        return iso.map(text -> time(schedule, text)).orElse("-");
    }

    /** The text itself when this program does not know the zone. */
    private static String time(JsonNode schedule, String iso) {
        try {
            return SHOWN.format(Instant.parse(iso).atZone(ZoneId.of(zone(schedule))));
        } catch (DateTimeException e) {
            return iso;
        }
    }
}
