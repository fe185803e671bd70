package dev.orrery.config;

import java.util.List;

/** A configuration that cannot be used, with everything that is wrong with it. */
public final class ConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> faults;

    /** Carries one sentence a fault; at least one. */
    public ConfigurationException(List<String> faults) {
        super(String.join("; ", faults));
        this.faults = List.copyOf(faults);
    }

    /** One sentence each, beginning with the key or the file at fault. */
    public List<String> faults() {
        return faults;
    }
}
