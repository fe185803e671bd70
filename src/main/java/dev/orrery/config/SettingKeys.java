package dev.orrery.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * The one table of everything that can be set: name, type, bounds, default and meaning.
 *
 * <p>The reader, its checks and {@code docs/configuration.md} are made from it. A key's name is its
 * place in the tree of {@link Settings}.
 */
public final class SettingKeys {

    /** The most of a named resource that a task may ask for or a worker may offer. */
    public static final long NAMED_MAX = 1_000_000_000L;

    static final String VARIABLE_PREFIX = "ORRERY_";

    /** Every key, in the order of the tree. */
    static final List<SettingKey<?>> ALL =
            Stream.of(
                            NodeKeys.ALL,
                            WorkKeys.ALL,
                            DatabaseKeys.LEADERSHIP,
                            StorageKeys.ALL,
                            CompatKeys.ALL)
                    .flatMap(List::stream)
                    .toList();

    private SettingKeys() {}
}
