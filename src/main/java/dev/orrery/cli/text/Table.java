package dev.orrery.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells written in columns as wide as their widest cell. */
public final class Table {

    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    /** A table with a line of headings. */
    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    /** Adds a row; what the cells say is cleaned. */
    public void add(String... cells) {
        rows.add(List.of(cells).stream().map(TerminalText::clean).toList());
    }

    /** The lines, without space at their ends. */
    public List<String> lines() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - width(row.get(i))).append(GAP);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
