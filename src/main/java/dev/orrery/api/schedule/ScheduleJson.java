package dev.orrery.api.schedule;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.api.json.JobJson;
import dev.orrery.model.JobId;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleProgress;
import dev.orrery.model.schedule.ScheduleSpec;

import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** The JSON form of a schedule. */
final class ScheduleJson {
    private static final int NEXT_MAX = 5;

    private ScheduleJson() {}

    /** Writes what a list shows into the open object. */
    static void fields(JsonGenerator out, Schedule schedule) throws IOException {
        ScheduleSpec spec = schedule.spec();
        ScheduleProgress progress = schedule.progress();
        out.writeStringField("id", schedule.id().toString());
        out.writeStringField("name", spec.name());
        out.writeStringField("namespace", spec.namespace().name());
        out.writeStringField("owner", spec.job().owner());
        out.writeStringField("cron", spec.cron().toString());
        out.writeStringField("timeZone", spec.zone().getId());
        out.writeStringField("misfire", spec.misfire().name().toLowerCase(Locale.ROOT));
        out.writeStringField("overlap", spec.overlap().name().toLowerCase(Locale.ROOT));
        JobJson.instant(out, "start", spec.start());
        JobJson.instant(out, "end", spec.end());
        out.writeBooleanField("paused", progress.paused());
        out.writeStringField("createdAt", schedule.createdAt().toString());
        JobJson.instant(out, "next", schedule.next());
        out.writeNumberField("fired", progress.fired());
        out.writeNumberField("triggered", progress.triggered());
        out.writeNumberField("skipped", progress.skipped());
        lastFire(out, progress.lastFire());
        JobJson.optional(out, "lastJob", progress.lastJob().map(JobId::toString));
        lastSkip(out, progress.lastSkip());
    }

    /** Writes all that is known. */
    static void whole(JsonGenerator out, Schedule schedule) throws IOException {
        out.writeStartObject();
        fields(out, schedule);
        out.writeArrayFieldStart("nextFires");
        Optional<Instant> next = schedule.next();
        for (int i = 0; i < NEXT_MAX && next.isPresent(); i++) {
            out.writeString(next.get().toString());
            next = schedule.spec().next(next.get());
        }
        out.writeEndArray();
        out.writeFieldName("job");
        JobJson.spec(out, schedule.spec().job());
        JobJson.files(out, "inputs", schedule.spec().job().inputs());
        out.writeEndObject();
    }

    private static void lastFire(JsonGenerator out, Optional<ScheduleProgress.Fire> fire)
            throws IOException {
        if (fire.isPresent()) {
            out.writeObjectFieldStart("lastFire");
            out.writeStringField("scheduledFor", fire.get().scheduledFor().toString());
            out.writeStringField("at", fire.get().at().toString());
            out.writeStringField("job", fire.get().job().toString());
            out.writeEndObject();
        }
    }

    private static void lastSkip(JsonGenerator out, Optional<ScheduleProgress.Skip> skip)
            throws IOException {
        if (skip.isPresent()) {
            out.writeObjectFieldStart("lastSkip");
            out.writeStringField("through", skip.get().through().toString());
            out.writeStringField("reason", skip.get().reason());
            out.writeEndObject();
        }
    }
}
