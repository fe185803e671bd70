package dev.orrery.api.rest;

import dev.orrery.api.Blocking;
import dev.orrery.api.JobNames;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Principal;
import dev.orrery.store.JobReads;
import dev.orrery.store.JobReads.JobRow;
import dev.orrery.store.StoreException;

import io.vertx.core.Future;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds a job by what people call it, and only what the asker may see. */
public final class JobSelector implements JobNames {
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,17}");
    private static final Pattern PREFIX = Pattern.compile("[0-9a-fA-F][0-9a-fA-F-]{3,35}");
    private static final int ID_LENGTH = 36;

    private final JobReads reads;
    private final Blocking blocking;

    /** Looks into the store, where blocking is allowed. */
    public JobSelector(JobReads reads, Blocking blocking) {
        this.reads = reads;
        this.blocking = blocking;
    }

    @Override
    public Future<JobId> resolve(
            Principal principal, Optional<Namespace> namespace, String selector) {
        return blocking.call(() -> find(principal, namespace, selector).job());
    }

    /** The row of the job that is meant. Blocking. */
    JobRow find(Principal principal, Optional<Namespace> namespace, String selector)
            throws StoreException {
        if (namespace.isPresent() && !principal.sees(namespace.get())) {
            throw Refusal.notFound("namespace " + namespace.get());
        }
        Optional<Namespace> within = namespace.or(principal::namespace);
        Optional<JobRow> row = lookUp(within, selector);
        return row.filter(r -> principal.sees(r.namespace()))
                .orElseThrow(() -> Refusal.notFound("job '" + printable(selector) + "'"));
    }

    private Optional<JobRow> lookUp(Optional<Namespace> within, String selector)
            throws StoreException {
        if (selector.equals("last")) {
            return first(within, Optional.empty());
        }
        if (NUMBER.matcher(selector).matches()) {
            Optional<JobRow> row =
                    first(
                            Optional.of(within.orElse(Namespace.DEFAULT)),
                            Optional.of(Long.parseLong(selector)));
            if (row.isPresent()) {
                return row;
            }
        }
        if (!PREFIX.matcher(selector).matches()) {
            return Optional.empty();
        }
        String id = selector.toLowerCase(Locale.ROOT);
        return id.length() == ID_LENGTH ? byId(id) : byPrefix(within, id);
    }

    private Optional<JobRow> byId(String id) throws StoreException {
        try {
            return reads.job(JobId.parse(id));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Optional<JobRow> byPrefix(Optional<Namespace> within, String prefix)
            throws StoreException {
        List<JobId> found = reads.withPrefix(within, prefix, 2);
        if (found.size() > 1) {
            throw Refusal.ofField(
                    ProblemCode.INVALID_VALUE,
                    "job",
                    "several jobs have an id that begins like this",
                    "give more of the id, or the job's number");
        }
        return found.isEmpty() ? Optional.empty() : reads.job(found.getFirst());
    }

    private Optional<JobRow> first(Optional<Namespace> within, Optional<Long> number)
            throws StoreException {
        List<JobRow> rows =
                reads.list(
                                new JobReads.Query(
                                        within,
                                        List.of(),
                                        Collections.emptySortedMap(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        number,
                                        number,
                                        Optional.empty(),
                                        1))
                        .rows();
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
    }

    private static String printable(String text) {
        String shown = text.length() > 64 ? text.substring(0, 64) + "…" : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
