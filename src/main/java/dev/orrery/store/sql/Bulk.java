package dev.orrery.store.sql;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One statement on one table that is executed for many rows at once. */
public sealed interface Bulk {

    /** The columns whose values a row of parameters has, in order. */
    List<Column> columns();

    /** The statement for one row, with a parameter for each column. */
    String text();

    /**
     * New rows.
     *
     * @param conflict what is done with a row that is there, as SQL
     * @param unless the condition under which a row is not inserted, for engines that do not look
     *     before; empty for none
     */
    record Insert(String table, List<Column> columns, String conflict, String unless, String text)
            implements Bulk {

        /** An insertion that looks at nothing but conflicts. */
        static Insert of(String table, String conflict, Column... columns) {
            return of(table, List.of(columns), conflict, "");
        }

        static Insert of(String table, List<Column> columns, String conflict, String unless) {
            String text =
                    "INSERT INTO "
                            + table
                            + " ("
                            + names(columns)
                            + ") VALUES (?"
                            + ", ?".repeat(columns.size() - 1)
                            + ") "
                            + conflict;
            return new Insert(table, columns, conflict, unless, text);
        }

        /** The text says it all, and its hash is kept. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Insert it && text.equals(it.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    /**
     * New values in rows that are there.
     *
     * @param set the columns that change
     * @param keys the columns that say in which row, after the others among the parameters
     * @param condition what must hold of the row, as SQL
     */
    record Update(String table, List<Column> set, List<Column> keys, String condition, String text)
            implements Bulk {

        static Update of(String table, List<Column> set, List<Column> keys, String condition) {
            String text =
                    set.stream()
                            .map(column -> column.name() + " = ?")
                            .collect(
                                    Collectors.joining(
                                            ", ", "UPDATE " + table + " SET ", " WHERE "));
            String where =
                    keys.stream()
                            .map(column -> column.name() + " = ?")
                            .collect(Collectors.joining(" AND ", "", " AND " + condition));
            return new Update(table, set, keys, condition, text + where);
        }

        @Override
        public List<Column> columns() {
            return Stream.concat(set.stream(), keys.stream()).toList();
        }

        /** The text says it all, and its hash is kept. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Update it && text.equals(it.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    /** The names of columns, as in a list of SQL. */
    static String names(List<Column> columns) {
        return columns.stream().map(Column::name).collect(Collectors.joining(", "));
    }

    /** A column and what it holds. */
    record Column(String name, Type type) {

        static Column bytes(String name) {
            return new Column(name, Type.BYTES);
        }

        static Column whole(String name) {
            return new Column(name, Type.LONG);
        }

        static Column text(String name) {
            return new Column(name, Type.TEXT);
        }
    }

    /** What a column holds. */
    enum Type {
        BYTES,
        INT,
        LONG,
        TEXT
    }
}
