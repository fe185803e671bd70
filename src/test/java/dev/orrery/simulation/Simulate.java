package dev.orrery.simulation;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/** The command {@code bin/simulate}: plays many seeds, or one with its trace. */
final class Simulate {

    private static final int FAILED = 1;
    private static final int USAGE = 64;

    private Simulate() {}

    /** Exits 1 when a promise was broken. */
    public static void main(String[] arguments) {
        long from = 1;
        long seeds = 0;
        long seed = 0;
        long bugSeeds = 0;
        boolean isOne = false;
        Set<Bug> bugs = EnumSet.noneOf(Bug.class);
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--seed" -> {
                    seed = Long.parseLong(value);
                    isOne = true;
                }
                case "--seeds" -> seeds = Long.parseLong(value);
                case "--from" -> from = Long.parseLong(value);
                case "--bugs" -> bugSeeds = Long.parseLong(value);
                case "--bug" -> bugs.add(Bug.valueOf(value));
                default -> usage();
            }
        }
        if ((!isOne && seeds + bugSeeds == 0) || arguments.length % 2 == 1) {
            usage();
        }
        Console console = new Console(stream(FileDescriptor.out));
        boolean kept =
                isOne
                        ? console.replay(seed, bugs)
                        : bugSeeds > 0
                                ? console.findBugs(from, bugSeeds)
                                : console.playMany(from, seeds, bugs);
        System.exit(kept ? 0 : FAILED);
    }

    private static PrintStream stream(FileDescriptor to) {
        return new PrintStream(new FileOutputStream(to), true, StandardCharsets.UTF_8);
    }

    private static void usage() {
        stream(FileDescriptor.err)
                .println("bin/simulate --seed N | --seeds COUNT [--from N]   [--bug NAME]");
        System.exit(USAGE);
    }
}
