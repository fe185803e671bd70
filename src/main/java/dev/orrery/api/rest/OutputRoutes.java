package dev.orrery.api.rest;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.JobHistory;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.JobJson;
import dev.orrery.api.json.Refusal;
import dev.orrery.api.logs.AttemptLogs.Place;
import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.Content;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.StoredFile;
import dev.orrery.store.CentralStore;
import dev.orrery.store.JobReads;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Gives the files that a job left, and those that it was given. */
public final class OutputRoutes implements RouteSet {
    private static final String OUTPUTS = "/api/v1/jobs/{job}/outputs";
    private static final String INPUTS = "/api/v1/jobs/{job}/inputs";
    private static final List<String> KNOWN = List.of("namespace");

    private final JobReads reads;
    private final CentralStore store;
    private final JobSelector selector;
    private final Blocking blocking;

    /** Routes over the store. */
    public OutputRoutes(JobReads reads, CentralStore store, Blocking blocking) {
        this.reads = reads;
        this.store = store;
        this.blocking = blocking;
        this.selector = new JobSelector(reads, blocking);
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, OUTPUTS, Access.VIEWER, this::list);
        routes.add(
                HttpMethod.GET,
                OUTPUTS + "/{name...}",
                Access.VIEWER,
                call -> file(call, JobHistory::outputs));
        routes.add(
                HttpMethod.GET,
                INPUTS + "/{name...}",
                Access.VIEWER,
                call -> file(call, history -> history.spec().inputs()));
    }

    private Future<?> list(Call call) {
        return files(call, JobHistory::outputs)
                .compose(files ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    JobJson.files(out, "items", files);
                                    out.writeEndObject();
                                }));
    }

    private Future<?> file(Call call, Function<JobHistory, List<StoredFile>> of) {
        String name = call.parameter("name");
        return files(call, of)
                .map(files ->
                        files.stream()
                                .filter(file -> file.name().equals(name))
                                .findFirst()
                                .orElseThrow(() -> Refusal.notFound("file of this name")))
                .compose(file -> send(call, file));
    }

    /** Sends a file that a job left, as the answer. */
    public Future<Void> send(Call call, StoredFile file) {
        return blocking.call(() -> place(file))
                .compose(place ->
                        FileAnswer.sendFile(
                                call,
                                blocking,
                                place,
                                file.name(),
                                file.sizeBytes(),
                                file.sha256()));
    }

    private Future<List<StoredFile>> files(Call call, Function<JobHistory, List<StoredFile>> of) {
        Optional<Namespace> namespace = call.query(KNOWN).namespace();
        String text = call.parameter("job");
        return blocking.call(() -> {
            var row = selector.find(call.principal(), namespace, text);
            return of.apply(JobHistory.read(reads, row.job()));
        });
    }

    private Place place(StoredFile file) throws IOException {
        return switch (file.content()) {
            case Content.Inline(Bytes bytes) -> new Place.Memory(bytes);
            case Content.Stored(BlobId blob) ->
                    store.find(blob).<Place>map(Place.File::new).orElseThrow(OutputRoutes::gone);
            case Content.Shipped() -> throw gone();
        };
    }

    private static Refusal gone() {
        return Refusal.of(
                ProblemCode.CONTENT_GONE,
                "the file was kept, and is not there any more",
                "run the job again, and look into the data directory of the master");
    }
}
