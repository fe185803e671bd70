package dev.orrery.model;

import java.util.List;

/** What a task does. */
public sealed interface Work {

    /** A program and its arguments, run without a shell. */
    record Command(List<String> argv) implements Work {
        /** Copies the list; refuses an empty one. */
        public Command {
            argv = List.copyOf(argv);
            if (argv.isEmpty()) {
                throw new IllegalArgumentException("a command has at least the program");
            }
        }
    }

    /** A line for {@code /bin/sh -c}. */
    record Shell(String line) implements Work {}

    /** One of the job's input files, made executable and run in the workspace. */
    record Script(String file, List<String> arguments) implements Work {
        /** Copies the list. */
        public Script {
            arguments = List.copyOf(arguments);
        }
    }
}
