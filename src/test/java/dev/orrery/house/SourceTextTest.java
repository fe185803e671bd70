package dev.orrery.house;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules of the source text that no compiler holds: sizes, words, names and package pages. */
final class SourceTextTest {
    private static final int FILE_LINES_MAX = 400;
    private static final int METHOD_LINES_MAX = 70;
    private static final int LINE_COLUMNS_MAX = 100;
    private static final int PACKAGE_FILES_MAX = 20;

    private static final Pattern TYPE_NAME =
            Pattern.compile("\\b(?:class|interface|record|enum)\\s+([A-Z]\\w*)");
    private static final Pattern EMPTY_NAME =
            Pattern.compile("\\w+(?:Manager|Helper|Utils?|Impl)|(?:Abstract|Base)[A-Z]\\w*");
    private static final Pattern PACKAGE_SENTENCE =
            Pattern.compile("(?s)/\\*\\*[\\s*]*[\\w{<].*\\..*\\*/|///\\s*[\\w{<].*\\.");
    private static final Pattern TODO_WITHOUT_ISSUE =
            Pattern.compile("\\bTODO\\b(?!\\(#\\d+\\))|\\bFIXME\\b");
    private static final Pattern CONSOLE = Pattern.compile("\\bSystem\\s*\\.\\s*(?:out|err)\\b");

    /** Each word that code must not say, with what to do instead. */
    private static final Map<Pattern, String> BANNED_CODE =
            Map.of(
                    Pattern.compile("\\bThread\\s*\\.\\s*sleep\\b"),
                    "no Thread.sleep: time is an argument, a timer or an awaited condition",
                    Pattern.compile("\\bprintStackTrace\\b"),
                    "no printStackTrace: log once, where it is handled",
                    Pattern.compile("@Disabled\\w*|@EnabledIf\\w*|@EnabledOn\\w*"),
                    "no disabled test: mend it or delete it",
                    Pattern.compile("\\bassume(?:True|False|That|ThatCode)\\s*\\("),
                    "no assumption: a skipped test fails the build");

    private final List<JavaSource> sources = SourceTree.javaSources();
    private final List<Finding> findings = new ArrayList<>();

    @Test
    void file_isShort() {
        for (JavaSource source : sources) {
            int lines = source.lines().size();
            if (lines > FILE_LINES_MAX) {
                report(source, lines, "a file has at most " + FILE_LINES_MAX + " lines: " + lines);
            }
        }
        Finding.expectNone(findings);
    }

    @Test
    void line_isShort() {
        for (JavaSource source : sources) {
            for (int i = 0; i < source.lines().size(); i++) {
                String line = source.lines().get(i);
                int columns = line.codePointCount(0, line.length());
                if (columns > LINE_COLUMNS_MAX && !line.startsWith("import ")) {
                    report(source, i + 1, "a line has at most " + LINE_COLUMNS_MAX + " columns");
                }
            }
        }
        Finding.expectNone(findings);
    }

    @Test
    void method_isShort() {
        for (JavaSource source : sources) {
            for (JavaBlocks.Body body : JavaBlocks.methodBodies(source.code())) {
                int first = source.lineOf(body.start());
                int lines = source.lineOf(body.end()) - first + 1;
                if (lines > METHOD_LINES_MAX) {
                    String rule = "a method has at most " + METHOD_LINES_MAX + " lines: " + lines;
                    report(source, first, rule);
                }
            }
        }
        Finding.expectNone(findings);
    }

    @Test
    void package_hasFewFiles() {
        Map<Path, Integer> files = new TreeMap<>();
        for (JavaSource source : sources) {
            if (source.file().startsWith(SourceTree.MAIN) && !source.isPackageInfo()) {
                files.merge(source.folder(), 1, Integer::sum);
            }
        }
        files.forEach((folder, count) -> {
            if (count > PACKAGE_FILES_MAX) {
                String rule = "a package has at most " + PACKAGE_FILES_MAX + " files: ";
                findings.add(new Finding(folder, 1, rule + count));
            }
        });
        Finding.expectNone(findings);
    }

    @Test
    void package_isNullMarkedAndSaysWhatItIs() {
        TreeSet<Path> folders = new TreeSet<>();
        sources.forEach(source -> folders.add(source.folder()));
        for (Path folder : folders) {
            Path page = folder.resolve("package-info.java");
            if (Files.exists(page)) {
                packagePage(new JavaSource(page, SourceTree.read(page)));
            } else if (!hasPageInMain(folder)) {
                findings.add(new Finding(page, 1, "a package has a package-info.java"));
            }
        }
        Finding.expectNone(findings);
    }

    @Test
    void typeName_saysWhatTheTypeIs() {
        for (JavaSource source : sources) {
            Matcher type = TYPE_NAME.matcher(source.code());
            while (type.find()) {
                if (EMPTY_NAME.matcher(type.group(1)).matches()) {
                    String rule = "a type's name is a noun of the field: " + type.group(1);
                    report(source, source.lineOf(type.start()), rule);
                }
            }
        }
        Finding.expectNone(findings);
    }

    @Test
    void code_saysNoBannedWord() {
        for (JavaSource source : sources) {
            BANNED_CODE.forEach((word, rule) -> reportAll(source, source.code(), word, rule));
        }
        Finding.expectNone(findings);
    }

    @Test
    void console_belongsToTheCommandLine() {
        Path entry = SourceTree.MAIN.resolve("dev/orrery/Main.java");
        Path commands = Path.of("dev/orrery/cli");
        Predicate<Path> mayPrint =
                file ->
                        file.equals(entry)
                                || file.startsWith(SourceTree.MAIN.resolve(commands))
                                || file.startsWith(SourceTree.TEST.resolve(commands));
        for (JavaSource source : sources) {
            if (!mayPrint.test(source.file())) {
                String rule = "only Main and cli write to the console";
                reportAll(source, source.code(), CONSOLE, rule);
            }
        }
        Finding.expectNone(findings);
    }

    @Test
    void todo_namesItsIssue() {
        for (JavaSource source : sources) {
            String rule = "an open end is written TODO(#issue)";
            reportAll(source, source.comments(), TODO_WITHOUT_ISSUE, rule);
        }
        Finding.expectNone(findings);
    }

    private void packagePage(JavaSource page) {
        if (!page.code().contains("@NullMarked")) {
            report(page, 1, "a package is @NullMarked");
        }
        if (!PACKAGE_SENTENCE.matcher(page.comments()).find()) {
            report(page, 1, "a package says in a sentence what it is");
        }
    }

    /** A test package is marked by the page of the package that it tests. */
    private static boolean hasPageInMain(Path folder) {
        return folder.startsWith(SourceTree.TEST)
                && Files.isDirectory(SourceTree.MAIN.resolve(SourceTree.TEST.relativize(folder)));
    }

    private void reportAll(JavaSource source, String view, Pattern word, String rule) {
        Matcher match = word.matcher(view);
        while (match.find()) {
            report(source, source.lineOf(match.start()), rule);
        }
    }

    private void report(JavaSource source, int line, String rule) {
        findings.add(source.finding(line, rule));
    }
}
