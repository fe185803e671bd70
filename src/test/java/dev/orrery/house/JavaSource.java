package dev.orrery.house;

import java.nio.file.Path;
import java.util.List;

/**
 * One Java file in three views with the same lines and columns: as written, its code (comments and
 * literals blank) and its comments (all else blank).
 */
final class JavaSource {
    private final Path file;
    private final List<String> lines;
    private final String code;
    private final String comments;

    JavaSource(Path file, String text) {
        this.file = file;
        this.lines = text.lines().toList();
        JavaViews views = new JavaViews(text);
        this.code = views.code();
        this.comments = views.comments();
    }

    Path file() {
        return file;
    }

    List<String> lines() {
        return lines;
    }

    String code() {
        return code;
    }

    String comments() {
        return comments;
    }

    /** The folder of the file, which is its package. */
    Path folder() {
        Path parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    boolean isPackageInfo() {
        return file.endsWith("package-info.java");
    }

    Finding finding(int line, String rule) {
        return new Finding(file, line, rule);
    }

    /** The line of an offset in any of the views, counted from 1. */
    int lineOf(int offset) {
        return 1 + (int) code.substring(0, offset).chars().filter(c -> c == '\n').count();
    }
}
