package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.Resources;

import java.util.List;

/** What a task needs of a worker; tasks of the same demand fit the same workers. */
public record Demand(Resources resources, List<Constraint> constraints) {

    /** Copies the list. */
    public Demand {
        constraints = List.copyOf(constraints);
    }

    /** The demand of each task of a job. */
    public static Demand of(JobSpec spec) {
        return new Demand(spec.resources(), spec.constraints());
    }
}
