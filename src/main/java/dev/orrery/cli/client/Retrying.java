package dev.orrery.cli.client;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How long a command goes on asking while no server answers it, as during a change of leaders.
 *
 * @param limit from the first failure of a request on; zero asks every server once
 * @param note is told of every failure that is not the last word
 */
public record Retrying(Duration limit, Consumer<String> note) {

    /** As long as a takeover, or the restart of a master, takes. */
    public static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

    /** For the default time, in silence. */
    public static final Retrying DEFAULT = new Retrying(DEFAULT_LIMIT, _ -> {});
}
