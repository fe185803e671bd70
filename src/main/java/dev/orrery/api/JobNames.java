package dev.orrery.api;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Principal;

import io.vertx.core.Future;

import java.util.Optional;

/** Finds the job that people mean by a selector: an id, {@code last}, a number or a prefix. */
@FunctionalInterface
public interface JobNames {
    /** For nodes without a store: whole ids only. */
    JobNames WHOLE_IDS =
            (_, _, selector) -> {
                try {
                    return Future.succeededFuture(JobId.parse(selector));
                } catch (IllegalArgumentException e) {
                    return Future.failedFuture(
                            Refusal.of(
                                    ProblemCode.INVALID_VALUE,
                                    "this node knows jobs by their whole id only",
                                    "give the whole id, or ask a master"));
                }
            };

    /**
     * The job that is meant.
     *
     * @param namespace where a number counts; the bearer's own or the default one when empty
     */
    Future<JobId> resolve(Principal principal, Optional<Namespace> namespace, String selector);
}
