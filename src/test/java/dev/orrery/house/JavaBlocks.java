package dev.orrery.house;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The method bodies of one file, found by its braces.
 *
 * <p>A block whose header names a type, or ends in {@code new Name(...)}, is the body of a type. A
 * block right inside a type that is no type and no field's value is the body of a method.
 */
final class JavaBlocks {
    private static final Pattern PARENTHESES = Pattern.compile("\\([^()]*\\)");
    private static final Pattern TYPE = Pattern.compile("\\b(class|interface|enum|record)\\s+\\w+");
    private static final Pattern ANONYMOUS = Pattern.compile("\\bnew\\s+[\\w.<>?,\\s]+$");

    private final String code;
    private final List<Body> methods = new ArrayList<>();
    private final Deque<Block> open = new ArrayDeque<>();
    private StringBuilder header = new StringBuilder();
    private int parentheses;

    private JavaBlocks(String code) {
        this.code = code;
    }

    /** The methods' bodies, each from its opening brace to its closing one, in closing order. */
    static List<Body> methodBodies(String code) {
        JavaBlocks blocks = new JavaBlocks(code);
        for (int at = 0; at < code.length(); at++) {
            blocks.step(at);
        }
        return blocks.methods;
    }

    private void step(int at) {
        char c = code.charAt(at);
        switch (c) {
            case '{' -> enter(at);
            case '}' -> leave(at);
            case ';' -> {
                if (parentheses == 0) {
                    header.setLength(0);
                }
            }
            default -> {
                parentheses += c == '(' ? 1 : c == ')' ? -1 : 0;
                header.append(c);
            }
        }
    }

    private void enter(int at) {
        open.push(new Block(kind(), at, header, parentheses));
        header = new StringBuilder();
        parentheses = 0;
    }

    private void leave(int at) {
        if (open.isEmpty()) {
            return;
        }
        Block block = open.pop();
        if (block.kind() == Kind.METHOD) {
            methods.add(new Body(block.start(), at));
        }
        header = block.header();
        parentheses = block.parentheses();
        if (parentheses == 0) {
            header.setLength(0);
        }
    }

    private Kind kind() {
        String plain = withoutParentheses(header.toString());
        if (ANONYMOUS.matcher(plain.strip()).find()) {
            return Kind.TYPE;
        }
        if (parentheses > 0) {
            return Kind.OTHER;
        }
        if (TYPE.matcher(plain).find()) {
            return Kind.TYPE;
        }
        boolean inType = !open.isEmpty() && open.peek().kind() == Kind.TYPE;
        return inType && !plain.contains("=") ? Kind.METHOD : Kind.OTHER;
    }

    private static String withoutParentheses(String header) {
        String outer = header;
        String inner;
        do {
            inner = outer;
            outer = PARENTHESES.matcher(inner).replaceAll("");
        } while (!outer.equals(inner));
        return outer;
    }

    /** A body's braces, as offsets in the code. */
    record Body(int start, int end) {}

    private enum Kind {
        TYPE,
        METHOD,
        OTHER
    }

    private record Block(Kind kind, int start, StringBuilder header, int parentheses) {}
}
