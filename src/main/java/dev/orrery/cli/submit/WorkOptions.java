package dev.orrery.cli.submit;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.Context;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.client.Json;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a task does: its command, its surroundings and its files. */
public final class WorkOptions {

    private static final int STDIN_BYTES_MAX = 64 << 10;

    @Parameters(
            paramLabel = "COMMAND",
            description = "Program and its arguments, or the arguments of --script.")
    private List<String> words = new ArrayList<>();

    @Option(names = "--shell", paramLabel = "LINE", description = "A line for /bin/sh instead.")
    private Optional<String> shell = Optional.empty();

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = "A file to send and run instead.")
    private Optional<Path> script = Optional.empty();

    @Option(
            names = "--env",
            paramLabel = "NAME[=VALUE]",
            description = "A variable; without a value, that of this environment.")
    private List<String> environment = new ArrayList<>();

    @Option(
            names = "--stdin",
            paramLabel = "FILE|-",
            description = "Text for standard input, at most 64 KiB; '-' takes it from here.")
    private Optional<String> stdin = Optional.empty();

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "A file to send into the workspace; repeatable.")
    private List<Path> inputs = new ArrayList<>();

    @Option(
            names = "--output-glob",
            paramLabel = "GLOB",
            description = "Files of the workspace to keep; repeatable.")
    private List<String> outputs = new ArrayList<>();

    /** The file to run. */
    public Optional<Path> script() {
        return script;
    }

    /** The files to send. */
    public List<Path> inputs() {
        return inputs;
    }

    /** Writes it into the document that describes the job. */
    public void describe(ObjectNode job, Context context) {
        describeCommand(job);
        describeRest(job, context);
    }

    /** Describes all but the command, which each line of the source is. */
    void describeEach(ObjectNode job, Context context, String source) {
        if (!words.isEmpty() || shell.isPresent() || script.isPresent()) {
            throw usage("--each takes the commands from its lines; give no other");
        }
        if (source.equals("-") && stdin.filter("-"::equals).isPresent()) {
            throw usage("--each and --stdin cannot both read standard input");
        }
        describeRest(job, context);
    }

    private void describeRest(ObjectNode job, Context context) {
        if (!environment.isEmpty()) {
            ObjectNode variables = job.putObject("env");
            environment.forEach(text -> addVariable(variables, text, context));
        }
        stdin.ifPresent(source -> job.put("stdin", read(source, context)));
        if (!outputs.isEmpty()) {
            job.set("outputs", Json.texts(outputs));
        }
    }

    private void describeCommand(ObjectNode job) {
        if (shell.isPresent() && script.isPresent()) {
            throw usage("give --shell or --script, not both");
        }
        if (script.isPresent()) {
            if (!words.isEmpty()) {
                job.set("args", Json.texts(words));
            }
        } else if (shell.isPresent()) {
            if (!words.isEmpty()) {
                throw usage("give --shell or a command, not both");
            }
            job.put("command", shell.get());
        } else if (words.isEmpty()) {
            throw usage("give a command after --, or --shell, or --script");
        } else {
            job.set("command", Json.texts(words));
        }
    }

    private static void addVariable(ObjectNode variables, String text, Context context) {
        int equals = text.indexOf('=');
        if (equals > 0) {
            variables.put(text.substring(0, equals), text.substring(equals + 1));
            return;
        }
        String value = context.environment().get(text);
        if (value == null) {
            throw usage("--env " + text + ": no such variable here");
        }
        variables.put(text, value);
    }

    private static String read(String source, Context context) {
        try (InputStream in =
                source.equals("-") ? context.in() : Files.newInputStream(Path.of(source))) {
            byte[] bytes = in.readNBytes(STDIN_BYTES_MAX + 1);
            if (bytes.length > STDIN_BYTES_MAX) {
                throw usage("--stdin: more than 64 KiB; send it as a file with --input");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw usage("--stdin: not text in UTF-8; send it as a file with --input");
        } catch (IOException e) {
            throw usage("--stdin: cannot read " + source);
        }
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }
}
