package dev.orrery.house;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** One place that breaks a rule; it prints as {@code file:line: rule}. */
record Finding(Path file, int line, String rule) {

    /** Fails with all the places, one a line, unless there is none. */
    static void expectNone(List<Finding> findings) {
        if (!findings.isEmpty()) {
            fail(
                    findings.stream()
                            .sorted(
                                    Comparator.comparing(Finding::file)
                                            .thenComparingInt(Finding::line))
                            .map(Finding::toString)
                            .collect(Collectors.joining("\n", "\n", "\n")));
        }
    }

    @Override
    public String toString() {
        return file + ":" + line + ": " + rule;
    }
}
