package dev.orrery.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.ProblemCode;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page of problems is the catalogue, and no number stands for two of them. */
final class ProblemDocumentTest {
    private static final Path PAGE = Path.of("docs/problems.md");
    private static final Path CATALOGUE =
            Path.of("src/main/java/dev/orrery/model/ProblemCode.java");
    private static final Pattern MEANING =
            Pattern.compile("/\\*\\* ([^*]+?)\\.? \\*/\\s+([A-Z_]+)\\(");

    private static final String HEAD =
            """
            # Problems

            Generated from `src/main/java/dev/orrery/model/ProblemCode.java`; run
            `ProblemDocumentTest` with `-Drewrite=true` to write it again.

            An error is answered as `application/problem+json`: `type`
            (`urn:orrery:problem:NAME`), `title`, `status`, `code`, `detail`, and where they
            apply `field` and `remedy`. Codes and names are interface and never change; texts
            may.

            | code | status | name | meaning |
            |---|---|---|---|
            """;

    @Test
    void page_isGeneratedFromTheCatalogue() throws IOException {
        String page = page();
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE).content().isEqualTo(page);
    }

    @Test
    void numberAndName_standForOneProblem() {
        List<ProblemCode> codes = List.of(ProblemCode.values());

        assertThat(codes).extracting(ProblemCode::number).doesNotHaveDuplicates();
        assertThat(codes).extracting(ProblemCode::slug).doesNotHaveDuplicates();
    }

    private static String page() throws IOException {
        String catalogue = Files.readString(CATALOGUE);
        StringBuilder page = new StringBuilder(HEAD);
        Arrays.stream(ProblemCode.values())
                .sorted(Comparator.comparingInt(ProblemCode::number))
                .forEach(code -> page.append(row(code, catalogue)));
        return page.toString();
    }

    private static String row(ProblemCode code, String catalogue) {
        return "| %d | %d | `%s` | %s |%n"
                .formatted(code.number(), code.httpStatus(), code.slug(), meaning(code, catalogue));
    }

    /** The sentence above the constant, which is kept in one place. */
    private static String meaning(ProblemCode code, String catalogue) {
        Matcher matcher = MEANING.matcher(catalogue);
        while (matcher.find()) {
            if (matcher.group(2).equals(code.name())) {
                return matcher.group(1) + ".";
            }
        }
        throw new AssertionError("no sentence above " + code);
    }
}
