package dev.orrery.store.sql;

import dev.orrery.model.TaskStatus;
import dev.orrery.store.JobReads.Query;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The SQL of one list.
 *
 * <p>Each form can be answered by walking one index from its newest end: of the first label, else
 * of each state asked for, else of the namespace, else of all jobs. The remaining conditions are
 * checked on the way. Values are bound, never written into the text.
 */
final class ListQuery {

    private final Query query;
    private final Dialect dialect;
    private final StringBuilder sql = new StringBuilder();
    private final List<Object> parameters = new ArrayList<>();

    /** A query that gives one row more than the limit when there is a further page. */
    ListQuery(Query query, Dialect dialect) {
        this.query = query;
        this.dialect = dialect;
        if (!query.labels().isEmpty()) {
            appendLabelled();
        } else if (query.statuses().size() > 1) {
            appendUnion();
        } else {
            appendSelect();
            sql.append(" FROM jobs j WHERE TRUE");
            appendConditions(query.statuses());
            appendOrder("j.arrival");
        }
    }

    String sql() {
        return sql.toString();
    }

    List<Object> parameters() {
        return parameters;
    }

    private void appendSelect() {
        sql.append("SELECT ").append(JobRows.COLUMNS);
    }

    /** SQLite keeps the order of a cross join, so that the first label's index leads. */
    private void appendLabelled() {
        List<Map.Entry<String, String>> labels = List.copyOf(query.labels().entrySet());
        appendSelect();
        sql.append(" FROM job_labels l CROSS JOIN jobs j WHERE j.id = l.job");
        and("l.key = ? AND l.value = ?", labels.get(0).getKey(), labels.get(0).getValue());
        for (Map.Entry<String, String> label : labels.subList(1, labels.size())) {
            and(
                    "EXISTS (SELECT 1 FROM job_labels m WHERE m.key = ? AND m.value = ?"
                            + " AND m.arrival = l.arrival)",
                    label.getKey(),
                    label.getValue());
        }
        query.cursor().ifPresent(cursor -> and("l.arrival < ?", Cursor.parse(cursor).arrival()));
        appendConditions(query.statuses());
        appendOrder("l.arrival");
    }

    /** A page of each state in order, of which the newest together are the page. */
    private void appendUnion() {
        String separator = "SELECT * FROM (";
        for (TaskStatus status : query.statuses().stream().distinct().toList()) {
            sql.append(separator);
            appendSelect();
            sql.append(" FROM jobs j WHERE TRUE");
            appendConditions(List.of(status));
            appendOrder("j.arrival");
            separator = ") AS page UNION ALL SELECT * FROM (";
        }
        sql.append(") AS page");
        appendOrder("arrival");
    }

    private void appendConditions(List<TaskStatus> statuses) {
        query.namespace().ifPresent(namespace -> and("j.namespace = ?", namespace.name()));
        if (!statuses.isEmpty()) {
            Object[] codes = statuses.stream().map(Values::ofStatus).toArray();
            and("j.status IN (?" + ", ?".repeat(codes.length - 1) + ")", codes);
        }
        query.cursor().ifPresent(cursor -> and("j.arrival < ?", Cursor.parse(cursor).arrival()));
        query.submittedAfter()
                .map(Values::ofInstant)
                .ifPresent(at -> and("j.arrival >= ? AND j.submitted_at >= ?", at, at));
        query.submittedBefore().ifPresent(at -> and("j.submitted_at < ?", Values.ofInstant(at)));
        query.numberFirst().ifPresent(first -> and("j.number >= ?", first));
        query.numberLast().ifPresent(last -> and("j.number <= ?", last));
        query.name().ifPresent(part -> and(dialect.contains("j.name"), "%" + escape(part) + "%"));
    }

    private void appendOrder(String arrival) {
        sql.append(" ORDER BY ").append(arrival).append(" DESC LIMIT ?");
        parameters.add(query.limit() + 1);
    }

    private void and(String condition, Object... values) {
        sql.append(" AND ").append(condition);
        parameters.addAll(List.of(values));
    }

    /** Takes the meaning of wildcards away. */
    private static String escape(String part) {
        return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }

    /** The place in a list after which the next page begins: the arrival of the last row shown. */
    record Cursor(long arrival) {

        /** In front of the arrival, so that another form can be told apart one day. */
        private static final byte FORM = 1;

        private static final int BYTES = 1 + Long.BYTES;

        /**
         * Reads what {@code toString} wrote.
         *
         * @throws IllegalArgumentException when it did not
         */
        static Cursor parse(String text) {
            String rule = "a cursor is what the page before gave as its next one";
            byte[] bytes;
            try {
                bytes = Base64.getUrlDecoder().decode(text);
            } catch (IllegalArgumentException notBase64) {
                throw new IllegalArgumentException(rule, notBase64);
            }
            if (bytes.length != BYTES || bytes[0] != FORM) {
                throw new IllegalArgumentException(rule);
            }
            return new Cursor(ByteBuffer.wrap(bytes, 1, Long.BYTES).getLong());
        }

        @Override
        public String toString() {
            byte[] bytes = ByteBuffer.allocate(BYTES).put(FORM).putLong(arrival).array();
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }
    }
}
