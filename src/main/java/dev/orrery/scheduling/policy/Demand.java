package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.Resources;

import java.util.List;

/** What a task needs of a worker; tasks of the same demand fit the same workers. */
public final class Demand {

    private final Resources resources;
    private final List<Constraint> constraints;
    private final boolean exclusive;
    private final int hash;

    /** Copies the list. */
    public Demand(Resources resources, List<Constraint> constraints, boolean exclusive) {
        this.resources = resources;
        this.constraints = List.copyOf(constraints);
        this.exclusive = exclusive;
        this.hash =
                31 * (31 * resources.hashCode() + this.constraints.hashCode())
                        + Boolean.hashCode(exclusive);
    }

    /** The demand of each task of a job. */
    public static Demand of(JobSpec spec) {
        return new Demand(spec.resources(), spec.constraints(), spec.exclusive());
    }

    public Resources resources() {
        return resources;
    }

    public List<Constraint> constraints() {
        return constraints;
    }

    /** Whether it wants a worker for itself. */
    public boolean exclusive() {
        return exclusive;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Demand that
                        && hash == that.hash
                        && exclusive == that.exclusive
                        && resources.equals(that.resources)
                        && constraints.equals(that.constraints));
    }

    /** Worked out once: the demand is looked up with every change of the queue. */
    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "Demand[" + resources + ", " + constraints + (exclusive ? ", exclusive]" : "]");
    }
}
