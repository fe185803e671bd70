package dev.orrery.cli.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;

import dev.orrery.cli.Context;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.Program;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.ApiPath;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Endpoint;
import dev.orrery.cli.client.Json;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Does what commands do, so that a JVM can record which classes that takes.
 *
 * <p>{@code bin/orrery} runs it to make an ahead-of-time cache. It changes nothing outside of a
 * temporary directory.
 */
@Command(name = "training", hidden = true, description = "Trains an ahead-of-time cache.")
public final class TrainingCommand implements Callable<Integer> {

    private static final String JOB =
            """
            {"id":"01900000-0000-7000-8000-000000000000","number":1,"namespace":"default",
             "state":"SUCCEEDED","attempt":1,"lastSeq":5,"exitCode":0,
             "submittedAt":"2026-01-01T00:00:00Z","startedAt":"2026-01-01T00:00:00Z",
             "endedAt":"2026-01-01T00:00:01Z","reasons":["a"],"tasks":{"queued":1},
             "attempts":[{"number":1,"worker":"w","state":"SUCCEEDED","wallSeconds":0.5}],
             "outputs":[{"name":"a","sizeBytes":1,"sha256":"b"}],
             "items":[{"id":"01900000-0000-7000-8000-000000000000","number":1,"state":"RUNNING"}]}
            """;

    private static final int SUBMITTERS = 16;
    private static final int SUBMISSIONS = 200;

    private final RootCommand root;

    @Parameters(paramLabel = "client|run|server", description = "Whose classes.")
    private String kind = "client";

    /** The command within the program. */
    public TrainingCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException {
        switch (kind) {
            case "client" -> trainClient();
            case "run" -> trainRun();
            default -> trainServer();
        }
        return ExitCode.OK;
    }

    private void trainClient() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] answer = JOB.getBytes(StandardCharsets.UTF_8);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        String uri = "http://127.0.0.1:" + server.getAddress().getPort();
        for (List<String> command :
                List.of(
                        List.of("status"),
                        List.of("status", "last"),
                        List.of("list"),
                        List.of("wait", "last"),
                        List.of("logs", "last"),
                        List.of("explain", "last"),
                        List.of("nodes"),
                        List.of("submit", "-o", "json", "--timeout", "1h", "--", "true"))) {
            String[] args = command.toArray(String[]::new);
            Program.run(silent(Map.of("ORRERY_SERVER", uri, "ORRERY_TOKEN", "none")), args);
        }
        server.stop(0);
    }

    private void trainRun() throws IOException {
        Path data = Files.createTempDirectory("orrery-training-");
        try {
            Program.run(silent(Map.of()), "--data", data.toString(), "run", "--", "true");
        } finally {
            EmbeddedCluster.removeTree(data);
        }
    }

    /** With so much work that the cache knows what is worth compiling, and how. */
    private void trainServer() throws IOException {
        Path data = Files.createTempDirectory("orrery-training-");
        try (EmbeddedCluster cluster = EmbeddedCluster.start(silent(Map.of()), data)) {
            Endpoint endpoint = cluster.endpoint();
            try (ExecutorService submitters = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < SUBMITTERS; i++) {
                    submitters.execute(() -> submit(new Client(endpoint)));
                }
            }
            Map<String, String> environment = Map.of("ORRERY_SERVER", cluster.uri().toString());
            for (List<String> command :
                    List.of(List.of("wait", "last"), List.of("list"), List.of("logs", "last"))) {
                List<String> args = new ArrayList<>(List.of("--data", cluster.data().toString()));
                args.addAll(command);
                Program.run(silent(environment), args.toArray(String[]::new));
            }
        } finally {
            EmbeddedCluster.removeTree(data);
        }
    }

    private static void submit(Client client) {
        JsonNode job = Json.object().set("command", Json.object().arrayNode().add("/bin/true"));
        for (int i = 0; i < SUBMISSIONS; i++) {
            client.post(ApiPath.of("jobs"), job, Map.of());
        }
    }

    private Context silent(Map<String, String> environment) {
        PrintStream nothing = new PrintStream(OutputStream.nullOutputStream());
        return new Context(
                nothing,
                nothing,
                InputStream.nullInputStream(),
                environment,
                root.context().servers());
    }
}
