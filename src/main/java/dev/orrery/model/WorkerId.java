package dev.orrery.model;

/** The lasting name of a worker; its process lives in one incarnation after another. */
public record WorkerId(String name) implements Comparable<WorkerId> {

    /** Refuses a name outside the grammar of names. */
    public WorkerId {
        Names.check("a worker name", name);
    }

    @Override
    public int compareTo(WorkerId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
