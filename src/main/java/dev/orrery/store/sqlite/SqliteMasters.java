package dev.orrery.store.sqlite;

import dev.orrery.store.Masters;

import java.time.Duration;
import java.util.List;

/** The one master of a data directory. */
final class SqliteMasters implements Masters {

    private volatile List<Master> self = List.of();

    @Override
    public void report(Master master) {
        self = List.of(master);
    }

    @Override
    public List<Master> alive(Duration within) {
        return self;
    }

    /** It is the one that asks. */
    @Override
    public List<String> forget(Duration silentFor) {
        return List.of();
    }
}
