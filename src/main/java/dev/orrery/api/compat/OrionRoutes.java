package dev.orrery.api.compat;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.Guest;
import dev.orrery.api.JobHistory;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.rest.Intake;
import dev.orrery.api.rest.OutputRoutes;
import dev.orrery.config.Settings;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.StoredFile;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.Principal;
import dev.orrery.store.JobReads;
import dev.orrery.store.JobReads.JobRow;
import dev.orrery.store.StoreException;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** ORION's interface, version 0.1, as its contract is written. */
public final class OrionRoutes implements RouteSet {
    private static final String BASE = "/orion/v0.1";
    private static final String TASK = BASE + "/tasks/{task-id}";
    private static final Pattern ID =
            Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** Tasks in one column of the state. */
    private static final int COLUMN_MAX = 1000;

    /** A task that a worker has in advance waits still. */
    private static final List<TaskStatus> QUEUED =
            List.of(TaskStatus.WAITING, TaskStatus.QUEUED, TaskStatus.ASSIGNED);

    private static final List<TaskStatus> AT_WORKERS =
            List.of(TaskStatus.RUNNING, TaskStatus.FORWARDED);
    private static final List<TaskStatus> ENDED =
            List.of(
                    TaskStatus.SUCCEEDED,
                    TaskStatus.FAILED,
                    TaskStatus.CANCELLED,
                    TaskStatus.EXPIRED);

    private final Settings.Compat limits;
    private final Intake intake;
    private final JobReads reads;
    private final OutputRoutes outputs;
    private final Blocking blocking;

    /** Routes over the same intake, store and outputs as our own interface. */
    public OrionRoutes(
            Settings.Compat limits,
            Intake intake,
            JobReads reads,
            OutputRoutes outputs,
            Blocking blocking) {
        this.limits = limits;
        this.intake = intake;
        this.reads = reads;
        this.outputs = outputs;
        this.blocking = blocking;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, BASE + "/task-limits", Access.GUEST_VIEWER, this::limits);
        routes.add(HttpMethod.POST, BASE + "/submit", Access.GUEST_SUBMITTER, this::submit);
        routes.add(HttpMethod.GET, TASK + "/monitor", Access.GUEST_VIEWER, this::monitor);
        routes.add(HttpMethod.GET, TASK + "/files", Access.GUEST_VIEWER, this::file);
        routes.add(HttpMethod.GET, BASE + "/get-state", Access.GUEST_VIEWER, this::state);
    }

    private Future<?> limits(Call call) {
        return call.json(
                200,
                out -> {
                    out.writeStartObject();
                    out.writeArrayFieldStart("limits");
                    limit(out, "MEMORY", limits.orionMemoryMax());
                    limit(out, "STORAGE", limits.orionStorageMax());
                    out.writeEndArray();
                    out.writeEndObject();
                });
    }

    private static void limit(JsonGenerator out, String key, long bytes) throws IOException {
        out.writeStartObject();
        out.writeStringField("key", key);
        out.writeStringField("value", OrionRequirements.gigabytes(bytes));
        out.writeEndObject();
    }

    private Future<?> submit(Call call) {
        if (!Intake.mediaType(call).equals("multipart/form-data")) {
            throw Refusal.ofField(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type",
                    "a submission is a form with files",
                    "send multipart/form-data");
        }
        return intake.form(
                        call,
                        Guest.NAMESPACE,
                        (parts, upload) -> OrionForm.read(limits, parts, upload))
                .compose(made ->
                        call.json(
                                202,
                                out -> {
                                    out.writeStartObject();
                                    out.writeStringField(
                                            "taskId", made.accepted().job().toString());
                                    out.writeStringField("status", word(TaskStatus.QUEUED));
                                    out.writeEndObject();
                                }));
    }

    private Future<?> monitor(Call call) {
        JobId job = job(call);
        return blocking.call(() -> find(call.principal(), job))
                .compose(row -> call.json(200, out -> task(out, row)));
    }

    private Future<?> file(Call call) {
        JobId job = job(call);
        String name =
                call.query(List.of("filename"))
                        .text("filename")
                        .filter(text -> !text.isEmpty())
                        .orElseThrow(() ->
                                Refusal.ofField(
                                        ProblemCode.MISSING_FIELD,
                                        "filename",
                                        "the name of the file is missing",
                                        "add ?filename=NAME"));
        return blocking.call(() -> output(find(call.principal(), job), name))
                .compose(file -> outputs.send(call, file));
    }

    private StoredFile output(JobRow row, String name) throws StoreException {
        if (row.status() != TaskStatus.SUCCEEDED) {
            throw Refusal.of(
                    ProblemCode.INVALID_VALUE,
                    row.status().isTerminal()
                            ? "the task has failed"
                            : "the task is still being processed",
                    "look at the task's status before its files");
        }
        return JobHistory.read(reads, row.job()).outputs().stream()
                .filter(file -> file.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Refusal.notFound("file of this name"));
    }

    private Future<?> state(Call call) {
        Namespace namespace = call.principal().namespace().orElse(Guest.NAMESPACE);
        return blocking.call(() ->
                        new State(
                                column(namespace, List.of()),
                                column(namespace, QUEUED).reversed(),
                                column(namespace, AT_WORKERS).reversed(),
                                column(namespace, ENDED)))
                .compose(state ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    tasks(out, "restEndpoint", state.accepted);
                                    tasks(out, "priorityQueue", state.queued);
                                    tasks(out, "workerPool", state.atWorkers);
                                    tasks(out, "centralStore", state.ended);
                                    out.writeEndObject();
                                }));
    }

    private List<JobRow> column(Namespace namespace, List<TaskStatus> statuses)
            throws StoreException {
        return reads.list(
                        new JobReads.Query(
                                Optional.of(namespace),
                                statuses,
                                Collections.emptySortedMap(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                COLUMN_MAX))
                .rows();
    }

    private JobRow find(Principal principal, JobId job) throws StoreException {
        return reads.job(job)
                .filter(row -> principal.sees(row.namespace()))
                .orElseThrow(() -> Refusal.notFound("task '" + job + "'"));
    }

    private static JobId job(Call call) {
        String text = call.parameter("task-id").toLowerCase(Locale.ROOT);
        if (!ID.matcher(text).matches()) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "task-id",
                    "the id of a task is a UUID",
                    "give the taskId that the submission answered");
        }
        return JobId.parse(text);
    }

    private static void tasks(JsonGenerator out, String column, List<JobRow> rows)
            throws IOException {
        out.writeArrayFieldStart(column);
        for (JobRow row : rows) {
            task(out, row);
        }
        out.writeEndArray();
    }

    private static void task(JsonGenerator out, JobRow row) throws IOException {
        out.writeStartObject();
        out.writeStringField("taskId", row.job().toString());
        out.writeStringField("status", word(row.status()));
        if (row.worker().isPresent()) {
            out.writeStringField("workerId", row.worker().get());
        } else {
            out.writeNullField("workerId");
        }
        out.writeEndObject();
    }

    private static String word(TaskStatus status) {
        return switch (status) {
            case WAITING, QUEUED, ASSIGNED, RUNNING, FORWARDED -> "inprogress";
            case SUCCEEDED -> "successful";
            case FAILED, CANCELLED, EXPIRED -> "failed";
        };
    }

    private record State(
            List<JobRow> accepted,
            List<JobRow> queued,
            List<JobRow> atWorkers,
            List<JobRow> ended) {}
}
