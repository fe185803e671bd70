package dev.orrery.house;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules of the documents: one title each, and every link and path leads somewhere. */
final class MarkdownTest {
    private static final Path ROOT = Path.of("");
    private static final Pattern FENCE = Pattern.compile("^\\s*(?:```|~~~).*");
    private static final Pattern LINK = Pattern.compile("\\]\\(<?([^)\\s>]+)>?[^)]*\\)");
    private static final Pattern FOREIGN = Pattern.compile("^(?:[a-z][a-z0-9+.-]*:|#|/).*");
    private static final Pattern CODE_PATH =
            Pattern.compile("`((?:src|docs|conf|webroot|bin|bench|\\.ci)/[\\w./-]+)`");

    private final List<Finding> findings = new ArrayList<>();

    @Test
    void document_hasOneTitle() {
        for (Document document : documents()) {
            List<Integer> titles = new ArrayList<>();
            for (Line line : document.lines()) {
                if (line.text().startsWith("# ")) {
                    titles.add(line.number());
                }
            }
            if (titles.size() != 1) {
                int line = titles.size() > 1 ? titles.get(1) : 1;
                String rule = "a document has one title: " + titles.size();
                findings.add(new Finding(document.file(), line, rule));
            }
        }
        Finding.expectNone(findings);
    }

    @Test
    void link_leadsToAFile() {
        for (Document document : documents()) {
            Path folder = folderOf(document.file());
            document.matches(
                    LINK,
                    (line, target) -> {
                        String path = target.replaceFirst("#.*", "").replace("%20", " ");
                        if (!FOREIGN.matcher(target).matches()
                                && !Files.exists(folder.resolve(path))) {
                            findings.add(
                                    new Finding(document.file(), line, "no such file: " + target));
                        }
                    });
        }
        Finding.expectNone(findings);
    }

    @Test
    void codePath_exists() {
        for (Document document : documents()) {
            document.matches(
                    CODE_PATH,
                    (line, path) -> {
                        if (!Files.exists(ROOT.resolve(path))) {
                            findings.add(
                                    new Finding(document.file(), line, "no such file: " + path));
                        }
                    });
        }
        Finding.expectNone(findings);
    }

    private static List<Document> documents() {
        return SourceTree.filesEndingWith(".md", ROOT).stream().map(Document::read).toList();
    }

    private static Path folderOf(Path file) {
        Path parent = file.getParent();
        return parent == null ? ROOT : parent;
    }

    /** One numbered line, counted from 1. */
    private record Line(int number, String text) {}

    /** What a match is told to: the line and the pattern's first group. */
    @FunctionalInterface
    private interface Reader {
        void accept(int line, String match);
    }

    /** A Markdown file without its fenced code. */
    private record Document(Path file, List<Line> lines) {

        static Document read(Path file) {
            List<Line> lines = new ArrayList<>();
            boolean fenced = false;
            int number = 0;
            for (String text : SourceTree.read(file).lines().toList()) {
                number++;
                if (FENCE.matcher(text).matches()) {
                    fenced = !fenced;
                } else if (!fenced) {
                    lines.add(new Line(number, text));
                }
            }
            return new Document(file, List.copyOf(lines));
        }

        void matches(Pattern pattern, Reader reader) {
            for (Line line : lines) {
                Matcher match = pattern.matcher(line.text());
                while (match.find()) {
                    reader.accept(line.number(), match.group(1));
                }
            }
        }
    }
}
