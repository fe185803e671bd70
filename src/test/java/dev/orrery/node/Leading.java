package dev.orrery.node;

import dev.orrery.bus.LeaderBus;
import dev.orrery.config.Settings;
import dev.orrery.node.leader.Leadership;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;

/** Schedulers of tests, with the rules of their settings. */
final class Leading {

    private Leading() {}

    static SchedulerVerticle scheduler(
            LeaderBus bus, Store store, LogFiles logs, Settings settings, Runnable fatal) {
        return new SchedulerVerticle(
                bus,
                new SchedulerVerticle.Parts(
                        store,
                        logs,
                        Components.rules(settings),
                        Policies.standard(),
                        new Leadership.Self("test", "test", "http://127.0.0.1:1"),
                        settings.leadership(),
                        settings.scheduling().heartbeat(),
                        fatal));
    }
}
