package dev.orrery.api.schedule;

import dev.orrery.api.json.JobDraft;
import dev.orrery.api.json.JobReader;
import dev.orrery.api.json.JsonReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.JobSpec;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.schedule.Cron;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.model.schedule.ScheduleSpec.Misfire;
import dev.orrery.model.schedule.ScheduleSpec.Overlap;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** A schedule while it is being read: the fields that came so far, and the draft of its job. */
final class ScheduleDraft {
    private static final List<String> FIELDS =
            List.of("name", "cron", "timeZone", "misfire", "overlap", "start", "end", "job");
    private static final int CRON_MAX = 500;

    private final JobDraft job;
    private String name = "";
    private Optional<Cron> cron = Optional.empty();
    private ZoneId zone = ZoneId.of("UTC");
    private Misfire misfire = Misfire.ONCE;
    private Overlap overlap = Overlap.ALLOW;
    private Optional<Instant> start = Optional.empty();
    private Optional<Instant> end = Optional.empty();

    ScheduleDraft(JobDraft job) {
        this.job = job;
    }

    /** Reads a document; what it says of the job goes into the draft of the job. */
    void read(byte[] json) {
        JsonReader.document(json, FIELDS, this::read);
    }

    JobDraft job() {
        return job;
    }

    private void read(JsonReader in, String field) throws IOException {
        switch (field) {
            case "name" -> name = in.name();
            case "cron" -> cron = Optional.of(cron(in));
            case "timeZone" -> zone = zone(in);
            case "misfire" -> misfire = in.parsed(ScheduleDraft::misfire, "use skip, once or all");
            case "overlap" -> overlap = in.parsed(ScheduleDraft::overlap, "use allow or forbid");
            case "start" -> start = Optional.of(JobReader.instant(in));
            case "end" -> end = Optional.of(JobReader.instant(in));
            case "job" -> JobReader.read(in, job);
            default -> throw new IllegalStateException("no reader for the field " + field);
        }
    }

    private static Cron cron(JsonReader in) throws IOException {
        String text = in.text(1, CRON_MAX);
        try {
            return Cron.parse(text);
        } catch (IllegalArgumentException e) {
            throw in.invalid(
                    "\"" + text + "\": " + e.getMessage(),
                    "write minute, hour, day of month, month and day of week, such as"
                            + " '0 3 * * MON-FRI', or @daily");
        }
    }

    private static ZoneId zone(JsonReader in) throws IOException {
        String remedy = "use a name of the time zone database, such as Europe/Berlin, or UTC";
        ZoneId zone = in.parsed(ZoneId::of, remedy);
        if (zone instanceof ZoneOffset) {
            throw in.invalid("an offset knows no summer time", remedy);
        }
        return zone;
    }

    private static Misfire misfire(String text) {
        return switch (text) {
            case "skip" -> Misfire.SKIP;
            case "once" -> Misfire.ONCE;
            case "all" -> Misfire.ALL;
            default -> throw new IllegalArgumentException("no misfire policy: " + text);
        };
    }

    private static Overlap overlap(String text) {
        return switch (text) {
            case "allow" -> Overlap.ALLOW;
            case "forbid" -> Overlap.FORBID;
            default -> throw new IllegalArgumentException("no overlap rule: " + text);
        };
    }

    /** The whole specification, or a refusal that names the field at fault. */
    ScheduleSpec finish(JobSpec spec) {
        if (name.isEmpty()) {
            throw missing("name", "give the schedule a name");
        }
        Cron expression =
                cron.orElseThrow(() -> missing("cron", "write an expression such as '0 3 * * *'"));
        refuseFixedTime("job.deadline", spec.deadline());
        refuseFixedTime("job.notBefore", spec.notBefore());
        if (start.isPresent() && end.isPresent() && !end.get().isAfter(start.get())) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "end",
                    "the schedule would end before it starts",
                    "give an 'end' after 'start'");
        }
        return new ScheduleSpec(name, expression, zone, spec, misfire, overlap, start, end);
    }

    private static void refuseFixedTime(String field, Optional<Instant> time) {
        if (time.isPresent()) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    field,
                    "a fixed time cannot be that of every job of a schedule",
                    "leave it out, and give the times in 'cron', 'start' and 'end'");
        }
    }

    private static Refusal missing(String field, String remedy) {
        return Refusal.ofField(
                ProblemCode.MISSING_FIELD, field, "a schedule needs this field", remedy);
    }
}
