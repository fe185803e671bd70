package dev.orrery.cli.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.Context;
import dev.orrery.cli.client.ApiPath;
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
        ObjectNode job = Json.object();
        namespace.name().ifPresent(name -> job.put("namespace", name));
        work.describe(job, context);
        options.describe(job);
        return job;
    }

    /**
     * Submits the job. The key makes sure that it is accepted once, however often the client has to
     * send it.
     *
     * @return the answer: id, number, state
     */
    JsonNode send(Client client, ObjectNode job) {
        String unique = key.orElseGet(() -> UUID.randomUUID().toString());
        Map<String, String> headers = Map.of("Idempotency-Key", unique);
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
