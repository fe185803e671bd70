package dev.orrery.house;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

/** The reading of Java text that the rules of the source text stand on. */
final class JavaBlocksTest {

    @Test
    void methodsAndConstructors_areBodies() {
        String code =
                """
                @Marked({1, 2}) final class Sample {
                    int[] field = {1};
                    Sample() { one(); }
                    @Marked(value = 3) void method(int a) throws Failure { if (a > 0) { two(); } }
                }
                record Pair(int a) { Pair { three(); } }
                """;

        assertThat(bodies(code))
                .containsExactly("{ one(); }", "{ if (a > 0) { two(); } }", "{ three(); }");
    }

    @Test
    void lambdasAndFieldValues_areNoBodies() {
        String code =
                """
                class Sample {
                    Runnable field = () -> { one(); };
                    Object other = call(x -> { two(); });
                    int value = switch (x) { default -> { yield 3; } };
                }
                """;

        assertThat(bodies(code)).isEmpty();
    }

    @Test
    void methodsOfAnonymousType_areBodiesToo() {
        String code = "class A { void m() { call(new B<>(1) { void n() { one(); } }); } }";

        assertThat(bodies(code))
                .containsExactly("{ one(); }", "{ call(new B<>(1) { void n() { one(); } }); }");
    }

    @Test
    void commentsAndLiterals_areNoCode() {
        JavaViews views = new JavaViews("a(\"// \\\" {\", '}'); // {b}\n/* {\n */ c\n");

        assertThat(views.code().lines().map(String::stripTrailing))
                .containsExactly("a(\"       \", \" \");", "", "    c");
        assertThat(views.comments().strip()).startsWith("// {b}");
    }

    private static List<String> bodies(String code) {
        return JavaBlocks.methodBodies(code).stream()
                .map(body -> code.substring(body.start(), body.end() + 1))
                .toList();
    }
}
