package dev.orrery.api.rest;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.JobHistory;
import dev.orrery.api.Query;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.JobJson;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.store.CentralStore;
import dev.orrery.store.JobReads;
import dev.orrery.store.JobReads.JobRow;
import dev.orrery.store.LogFiles;
import dev.orrery.store.StoreException;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Shows jobs, and changes them. */
public final class JobRoutes implements RouteSet {
    private static final String JOB = "/api/v1/jobs/{job}";
    private static final List<String> NAMESPACE = List.of("namespace");

    private final JobReads reads;
    private final CentralStore store;
    private final LogFiles logFiles;
    private final Leader leader;
    private final JobSelector selector;
    private final Blocking blocking;

    /** Routes over the store, with changes made by the leader. */
    public JobRoutes(
            JobReads reads,
            CentralStore store,
            LogFiles logFiles,
            Leader leader,
            Blocking blocking) {
        this.reads = reads;
        this.store = store;
        this.logFiles = logFiles;
        this.leader = leader;
        this.blocking = blocking;
        this.selector = new JobSelector(reads, blocking);
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/api/v1/jobs", Access.VIEWER, this::list);
        routes.add(HttpMethod.GET, JOB, Access.VIEWER, this::show);
        routes.add(HttpMethod.GET, JOB + "/tasks", Access.VIEWER, this::tasks);
        routes.add(HttpMethod.GET, JOB + "/tasks/{index}", Access.VIEWER, this::task);
        routes.add(HttpMethod.GET, JOB + "/explain", Access.VIEWER, this::explain);
        routes.add(HttpMethod.POST, JOB + "/cancel", Access.SUBMITTER, this::cancel);
        routes.add(HttpMethod.POST, JOB + "/retry", Access.SUBMITTER, this::retry);
        routes.add(HttpMethod.DELETE, JOB, Access.SUBMITTER, this::delete);
    }

    private Future<?> list(Call call) {
        JobReads.Query query = JobListQuery.of(call);
        return blocking.call(() -> page(query))
                .compose(page ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    out.writeArrayFieldStart("items");
                                    for (JobRow row : page.rows()) {
                                        out.writeStartObject();
                                        JobJson.rowFields(out, row);
                                        out.writeEndObject();
                                    }
                                    out.writeEndArray();
                                    JobJson.optional(out, "next", page.next());
                                    out.writeEndObject();
                                }));
    }

    private JobReads.Page page(JobReads.Query query) throws StoreException {
        try {
            return reads.list(query);
        } catch (IllegalArgumentException e) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "cursor",
                    "no page gave this cursor",
                    "give the 'next' of the page before, as it was");
        }
    }

    private Future<?> show(Call call) {
        Asked asked = asked(call);
        return blocking.call(
                        () -> {
                            JobRow row = asked.find();
                            JobHistory history = JobHistory.read(reads, row.job());
                            return new Whole(row, history.upTo(row.lastSeq()));
                        })
                .compose(whole ->
                        call.json(200, out -> JobAnswers.whole(out, whole.row, whole.history)));
    }

    private Future<?> tasks(Call call) {
        Asked asked = asked(call);
        return blocking.call(asked::find)
                .compose(row ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    out.writeArrayFieldStart("items");
                                    JobAnswers.task(out, row);
                                    out.writeEndArray();
                                    out.writeEndObject();
                                }));
    }

    private Future<?> task(Call call) {
        Asked asked = asked(call);
        if (!call.parameter("index").equals("0")) {
            throw Refusal.notFound("task with this index");
        }
        return blocking.call(asked::find)
                .compose(row -> call.json(200, out -> JobAnswers.task(out, row)));
    }

    private Future<?> explain(Call call) {
        Asked asked = asked(call);
        return blocking.call(asked::find)
                .compose(row ->
                        row.status().isTerminal()
                                ? Future.succeededFuture(JobAnswers.ended(row))
                                : leader.ask(new SchedulerRequest.Explain(row.job()))
                                        .map(JobRoutes::explained))
                .compose(explained -> call.json(200, out -> JobAnswers.explained(out, explained)));
    }

    private Future<?> cancel(Call call) {
        Asked asked = asked(call);
        return blocking.call(asked::find)
                .compose(row -> {
                    refuseWhen(row.status().isTerminal(), "the job has ended");
                    String by = call.principal().name();
                    return leader.ask(new SchedulerRequest.Cancel(row.job(), by))
                            .compose(_ -> blocking.call(() -> reads.job(row.job())))
                            .map(after -> after.orElse(row));
                })
                .compose(row ->
                        call.json(
                                202,
                                out -> {
                                    out.writeStartObject();
                                    out.writeStringField("id", row.job().toString());
                                    out.writeStringField("state", row.status().name());
                                    out.writeEndObject();
                                }));
    }

    private Future<?> retry(Call call) {
        Asked asked = asked(call);
        return blocking.call(
                        () -> {
                            JobRow row = asked.find();
                            refuseWhen(!row.status().isTerminal(), "the job has not ended");
                            return new Whole(row, JobHistory.read(reads, row.job()));
                        })
                .compose(whole -> {
                    String by = call.principal().name();
                    JobId job = whole.row.job();
                    return leader.ask(new SchedulerRequest.Retry(job, whole.history.events(), by))
                            .compose(_ -> blocking.call(() -> reads.job(job)))
                            .map(after -> after.orElse(whole.row));
                })
                .compose(row ->
                        call.json(
                                202,
                                out -> {
                                    out.writeStartObject();
                                    out.writeStringField("id", row.job().toString());
                                    out.writeNumberField("round", row.round());
                                    out.writeEndObject();
                                }));
    }

    private Future<?> delete(Call call) {
        Asked asked = asked(call);
        return blocking.call(
                        () -> {
                            JobRow row = asked.find();
                            refuseWhen(!row.status().isTerminal(), "the job has not ended");
                            return new Remains(row.job(), reads.blobsOf(List.of(row.job())));
                        })
                .compose(remains ->
                        leader.ask(new SchedulerRequest.Purge(List.of(remains.job)))
                                .compose(_ -> blocking.call(() -> remove(remains))))
                .compose(_ -> call.empty(204));
    }

    private Void remove(Remains remains) throws IOException {
        for (BlobId blob : remains.blobs) {
            store.discard(blob);
        }
        logFiles.remove(List.of(remains.job));
        return null;
    }

    private static SchedulerReply.Explained explained(SchedulerReply reply) {
        return switch (reply) {
            case SchedulerReply.Explained explained -> explained;
            case SchedulerReply.Accepted _,
                    SchedulerReply.Refused _,
                    SchedulerReply.Verdicts _,
                    SchedulerReply.Done _,
                    SchedulerReply.Cluster _ ->
                    throw Leader.unexpected(reply);
        };
    }

    private static void refuseWhen(boolean refused, String detail) {
        if (refused) {
            throw Refusal.of(
                    ProblemCode.CONFLICT, detail, "look at the job's state, and try what fits it");
        }
    }

    private Asked asked(Call call) {
        Query query = call.query(NAMESPACE);
        Optional<Namespace> namespace = query.namespace();
        String text = call.parameter("job");
        return () -> selector.find(call.principal(), namespace, text);
    }

    /** Finds the job that a path means; blocking. */
    @FunctionalInterface
    private interface Asked {
        JobRow find() throws Exception;
    }

    private record Whole(JobRow row, JobHistory history) {}

    private record Remains(JobId job, List<BlobId> blobs) {}
}
