package dev.orrery.model;

import java.util.UUID;

/** The identity of a job: a UUID version 7, made by the shell and never by the pure core. */
public record JobId(UUID value) implements Comparable<JobId> {

    /**
     * Reads the canonical 36-character form.
     *
     * @throws IllegalArgumentException when the text is not a UUID in its canonical form
     */
    public static JobId parse(String text) {
        UUID value = UUID.fromString(text);
        if (!value.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException("a job id is a canonical UUID, not: " + text);
        }
        return new JobId(value);
    }

    /** Orders by unsigned bits, which for version 7 is the order of creation. */
    @Override
    public int compareTo(JobId other) {
        int high =
                Long.compareUnsigned(
                        value.getMostSignificantBits(), other.value.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(
                        value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
