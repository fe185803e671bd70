package dev.orrery.protocol.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

/**
 * A build of the program whose protocol differs from this one's by some fields, a message and a
 * value of an enum, as that of the next version may.
 *
 * <p>Made of our own sources: the {@code .proto} files and the codec are changed by the edits
 * below, translated by {@code protoc} and {@code javac}, and stand on the class path before the
 * rest of the program, which is the same.
 */
public final class NextBuild {
    private static final Path PROTOS = Path.of("src/main/proto");
    private static final Path PACKAGE = Path.of("orrery/bus/v1");
    private static final Path CODEC = Path.of("src/main/java/dev/orrery/protocol/wire");

    private static final List<Edit> EDITS =
            List.of(
                    field("scheduler.proto", "message SubmitForm {", "string later_origin"),
                    field("workers.proto", "message HelloForm {", "string later_note"),
                    field("workers.proto", "message HeartbeatForm {", "int64 later_load"),
                    field("workers.proto", "message ReportsForm {", "bytes later_trace"),
                    field("workers.proto", "message WelcomeForm {", "string later_greeting"),
                    field("workers.proto", "message AssignForm {", "string later_hint"),
                    field("workers.proto", "message AssignmentForm {", "string later_hint"),
                    field("events.proto", "message JobEventForm {", "string later_origin"),
                    field("envelope.proto", "oneof body {", "LaterForm later"),
                    new Edit(
                            "model.proto",
                            "STOP_REASON_STALE = 4;",
                            "STOP_REASON_STALE = 4;\n  STOP_REASON_LATER = 900;"),
                    new Edit(
                            "envelope.proto",
                            "// One message of the bus;",
                            "message LaterForm {\n  HeartbeatForm heartbeat = 1;\n}\n\n"
                                    + "// One message of the bus;"),
                    new Edit(
                            "Wire.java",
                            "return envelope.build().toByteArray();",
                            "Later.mark(envelope);\n return envelope.build().toByteArray();"),
                    new Edit(
                            "Wire.java",
                            "Frames.checkVersion(envelope.getVersion(), VERSION);",
                            "Frames.checkVersion(envelope.getVersion(), VERSION);\n"
                                    + "Later.saw(envelope);"),
                    new Edit(
                            "Wire.java",
                            "case BODY_NOT_SET ->",
                            "case LATER ->"
                                    + " WorkerWire.heartbeat(envelope.getLater().getHeartbeat());\n"
                                    + "case BODY_NOT_SET ->"),
                    new Edit(
                            "EventWire.java",
                            "return stored.build().toByteArray();",
                            "Later.mark(stored);\n return stored.build().toByteArray();"));

    private final Path directory;
    private final String classPath;

    private NextBuild(Path directory, String classPath) {
        this.directory = directory;
        this.classPath = classPath;
    }

    private record Edit(String file, String before, String after) {}

    private static Edit field(String file, String where, String field) {
        return new Edit(file, where, where + "\n  " + field + " = 900;");
    }

    /** Makes the build in the directory; the class path has this build. */
    public static NextBuild make(Path directory, String classPath) {
        NextBuild build = new NextBuild(directory, classPath);
        try {
            build.translateProtos();
            build.compile();
            return build;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The classes, to stand before those of this build. */
    public Path classes() {
        return directory.resolve("classes");
    }

    private void translateProtos() throws IOException {
        Path protos = Files.createDirectories(directory.resolve("proto").resolve(PACKAGE));
        Path generated = Files.createDirectories(directory.resolve("java"));
        List<String> command = new ArrayList<>();
        command.add(protoc().toString());
        command.add("--proto_path=" + directory.resolve("proto"));
        command.add("--java_out=" + generated);
        try (Stream<Path> all = Files.list(PROTOS.resolve(PACKAGE))) {
            for (Path proto : all.toList()) {
                Path copy = protos.resolve(proto.getFileName());
                Files.writeString(copy, edited(proto));
                command.add(copy.toString());
            }
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said =
                new String(
                        process.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new AssertionError(said);
        }
    }

    private void compile() throws IOException {
        Path codec =
                Files.createDirectories(
                        directory.resolve("java").resolve("dev/orrery/protocol/wire"));
        for (String file : List.of("Wire.java", "EventWire.java")) {
            Files.writeString(codec.resolve(file), edited(CODEC.resolve(file)));
        }
        Files.copy(
                Path.of("src/test/resources/endtoend/next/Later.java"),
                codec.resolve("Later.java"));
        List<String> arguments =
                new ArrayList<>(List.of("-proc:none", "-nowarn", "-d", classes().toString()));
        arguments.addAll(List.of("-cp", classPath));
        try (Stream<Path> sources = Files.walk(directory.resolve("java"))) {
            sources.map(Path::toString).filter(it -> it.endsWith(".java")).forEach(arguments::add);
        }
        var compiler = Optional.ofNullable(ToolProvider.getSystemJavaCompiler()).orElseThrow();
        int result = compiler.run(null, null, null, arguments.toArray(String[]::new));
        if (result != 0) {
            throw new AssertionError("the next build cannot be compiled");
        }
    }

    private static String edited(Path file) throws IOException {
        String text = Files.readString(file);
        for (Edit edit : EDITS) {
            if (file.endsWith(edit.file())) {
                if (!text.contains(edit.before())) {
                    throw new AssertionError(file + " has no more '" + edit.before() + "'");
                }
                text = text.replace(edit.before(), edit.after());
            }
        }
        return text;
    }

    /** The translator that the build has fetched. */
    private static Path protoc() throws IOException {
        Path repository =
                Path.of(
                        System.getProperty(
                                "localRepository",
                                System.getProperty("user.home") + "/.m2/repository"));
        try (Stream<Path> all = Files.walk(repository.resolve("com/google/protobuf/protoc"))) {
            Path found =
                    all.filter(it -> it.toString().endsWith("-linux-x86_64.exe"))
                            .max(Path::compareTo)
                            .orElseThrow();
            Path copy = Files.createTempFile("protoc-", "");
            copy.toFile().deleteOnExit();
            Files.copy(found, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            if (!copy.toFile().setExecutable(true)) {
                throw new IOException(copy + " cannot be made executable");
            }
            return copy;
        }
    }
}
