package dev.orrery.house;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The format of the Java sources: google-java-format's, AOSP style.
 *
 * <p>It is a test, not a plugin of the build, since the formatter needs the JDK that it formats for
 * and Maven may run on an older one. {@code mvn -Pquick test -Dtest=FormatTest -Dformat=write}
 * writes the format instead.
 */
final class FormatTest {
    private static final boolean WRITE = "write".equals(System.getProperty("format"));

    private final Formatter formatter =
            new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());

    @Test
    void source_isFormatted() throws IOException, FormatterException {
        List<Finding> findings = new ArrayList<>();
        for (Path root : List.of(SourceTree.MAIN, SourceTree.TEST)) {
            for (Path file : SourceTree.filesEndingWith(".java", root)) {
                String written = SourceTree.read(file);
                String formatted = formatter.formatSourceAndFixImports(written);
                if (!formatted.equals(written)) {
                    if (WRITE) {
                        Files.writeString(file, formatted);
                    } else {
                        findings.add(
                                new Finding(file, firstDifference(written, formatted), "format"));
                    }
                }
            }
        }
        Finding.expectNone(findings);
    }

    private static int firstDifference(String written, String formatted) {
        List<String> ours = written.lines().toList();
        List<String> theirs = formatted.lines().toList();
        int line = 0;
        while (line < Math.min(ours.size(), theirs.size())
                && ours.get(line).equals(theirs.get(line))) {
            line++;
        }
        return line + 1;
    }
}
