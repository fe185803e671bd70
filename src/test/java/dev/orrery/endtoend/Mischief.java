package dev.orrery.endtoend;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Nodes of one directory whose bus a test tampers with, each a process of its own. */
final class Mischief {
    private static final String PROGRAM = "dev.orrery.node.MischievousProgram";
    private static final List<String> JVM =
            List.of(
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "--sun-misc-unsafe-memory-access=allow",
                    "--enable-native-access=ALL-UNNAMED");

    private final Stage stage;

    Mischief(Stage stage) {
        this.stage = stage;
    }

    /** Starts a node whose bus lies as the seed has it. */
    Program lying(long seed, String... arguments) {
        return start("-Dtest.lies=" + seed, arguments);
    }

    /** Starts a node that loses its addresses once the file orders it. */
    Program deaf(Path order, String... arguments) {
        return start("-Dtest.deaf=" + order, arguments);
    }

    private Program start(String property, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Distribution.java().toString()));
        command.addAll(JVM);
        command.add(property);
        String classes = Path.of("target/test-classes").toAbsolutePath().toString();
        command.addAll(List.of("-cp", stage.jar() + ":" + classes, PROGRAM));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-cluster", "--data", stage.path("data").toString()));
        return stage.program(command.toArray(String[]::new));
    }
}
