package dev.orrery.model;

/** The name of a tenant's space; one namespace cannot see another's jobs. */
public record Namespace(String name) implements Comparable<Namespace> {

    /** Where work goes when the submission names no namespace. */
    public static final Namespace DEFAULT = new Namespace("default");

    /** Refuses a name outside the grammar of names. */
    public Namespace {
        Names.check("a namespace", name);
    }

    @Override
    public int compareTo(Namespace other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
