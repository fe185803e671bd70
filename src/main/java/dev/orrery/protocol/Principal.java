package dev.orrery.protocol;

import dev.orrery.model.Namespace;

import java.util.Optional;

/**
 * Who is asking.
 *
 * @param name of the token, for records
 * @param namespace the only one it may see; empty sees all
 */
public record Principal(String name, Role role, Optional<Namespace> namespace) {

    /** What a bearer may do; each includes the ones before it. */
    public enum Role {
        /** May look. */
        VIEWER,
        /** May submit, cancel and retry. */
        SUBMITTER,
        /** May do everything: drain, tokens. */
        ADMIN
    }

    /** Whether this role is enough. */
    public boolean may(Role needed) {
        return role.compareTo(needed) >= 0;
    }

    /** Whether this principal may see the namespace. */
    public boolean sees(Namespace other) {
        return namespace.map(other::equals).orElse(true);
    }
}
