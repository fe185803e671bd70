package dev.orrery.cli.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.Context;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Body;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.client.Multipart;
import dev.orrery.cli.option.NamespaceOption;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A job as the command line describes it, and its way to the cluster. */
final class Submission {

    @Mixin private final WorkOptions work = new WorkOptions();
    @Mixin private final JobOptions options = new JobOptions();
    @Mixin private final NamespaceOption namespace = new NamespaceOption();

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "The same key and job again within a day gives the same job.")
    private Optional<String> key = Optional.empty();

    NamespaceOption namespace() {
        return namespace;
    }

    /** The document that describes the job. */
    ObjectNode describe(Context context) {
        ObjectNode job = begun();
        work.describe(job, context);
        options.describe(job);
        return job;
    }

    /** What jobs have in common whose commands are the lines of a source. */
    ObjectNode describeEach(Context context, String source) {
        ObjectNode job = begun();
        work.describeEach(job, context, source);
        options.describe(job);
        return job;
    }

    private ObjectNode begun() {
        ObjectNode job = Json.object();
        namespace.name().ifPresent(name -> job.put("namespace", name));
        return job;
    }

    /** What tells this command line from every other, unless somebody said the same of two. */
    String key() {
        return key.orElseGet(() -> UUID.randomUUID().toString());
    }

    /** A request with the files of the jobs, and these lines. */
    Body body(String lines) {
        if (work.inputs().isEmpty()) {
            return Body.ofLines(lines);
        }
        Multipart body = new Multipart();
        work.inputs().forEach(file -> body.addFile("file", file));
        body.addLines("jobs", lines);
        return body;
    }

    /**
     * Submits the job. The key makes sure that it is accepted once, however often the client has to
     * send it.
     *
     * @return the answer: id, number, state
     */
    JsonNode send(Client client, ObjectNode job) {
        Map<String, String> headers = Map.of("Idempotency-Key", key());
        ApiPath path = ApiPath.of("jobs");
        if (work.script().isEmpty() && work.inputs().isEmpty()) {
            return client.post(path, job, headers);
        }
        Multipart body = new Multipart();
        body.addJson("job", job);
        work.script().ifPresent(file -> body.addFile("script", file));
        work.inputs().forEach(file -> body.addFile("file", file));
        return client.post(path, body, headers);
    }
}
