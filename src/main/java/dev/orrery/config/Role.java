package dev.orrery.config;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a node does in the cluster; a node may have several roles. */
public enum Role {
    /** Accepts, schedules and answers. */
    MASTER,
    /** Runs attempts. */
    WORKER,
    /** Fans events out to clients. */
    PROXY;

    private static final String VERTICLES = "dev.orrery.node.";

    /**
     * Reads a comma list of {@code master}, {@code worker}, {@code proxy}, {@code dev} for all of
     * them, or the class names of their verticles; empty when a part is none of these.
     */
    public static Optional<Set<Role>> parse(String text) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String name : text.split(",", -1)) {
            switch (name) {
                case "dev" -> roles.addAll(EnumSet.allOf(Role.class));
                case "master", VERTICLES + "MasterVerticle", VERTICLES + "SchedulerVerticle" ->
                        roles.add(MASTER);
                case "worker", VERTICLES + "WorkerVerticle" -> roles.add(WORKER);
                case "proxy", VERTICLES + "PubSubProxyVerticle" -> roles.add(PROXY);
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(roles);
    }

    /** Whether a node with these roles answers over HTTP. */
    public static boolean servesHttp(Set<Role> roles) {
        return roles.contains(MASTER) || roles.contains(PROXY);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
