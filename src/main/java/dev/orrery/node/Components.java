package dev.orrery.node;

import dev.orrery.config.ComponentLoader;
import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Settings;
import dev.orrery.config.Sharing;
import dev.orrery.execution.Executor;
import dev.orrery.execution.ExecutorContext;
import dev.orrery.scheduling.policy.CapacityValidator;
import dev.orrery.scheduling.policy.Placement;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Prioritizer;
import dev.orrery.scheduling.policy.QueuePolicy;
import dev.orrery.scheduling.policy.RetryPolicy;
import dev.orrery.scheduling.policy.Rules;
import dev.orrery.scheduling.policy.WorkerPool;
import dev.orrery.store.BlobReferences;
import dev.orrery.store.CentralStore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.function.Function;

/** The replaceable components, by the class names of the configuration. */
final class Components {

    private Components() {}

    static Policies policies(Settings.Scheduling settings) {
        SortedMap<String, String> names = settings.components();
        String queue = name(names, "queue-policy");
        String pool = name(names, "worker-pool");
        ComponentLoader.find(QueuePolicy.class, queue);
        ComponentLoader.find(WorkerPool.class, pool);
        return new Policies(
                ComponentLoader.find(Prioritizer.class, name(names, "prioritizer")),
                () -> ComponentLoader.find(QueuePolicy.class, queue),
                ComponentLoader.find(Placement.class, name(names, "placement")),
                () -> ComponentLoader.find(WorkerPool.class, pool),
                ComponentLoader.find(CapacityValidator.class, name(names, "capacity-validator")),
                ComponentLoader.find(RetryPolicy.class, name(names, "retry-policy")));
    }

    private static String name(SortedMap<String, String> names, String seam) {
        String name = names.get(seam);
        if (name == null) {
            throw new ConfigurationException(
                    List.of("scheduling.components." + seam + " names no class"));
        }
        return name;
    }

    static Rules rules(Settings settings) {
        Settings.Scheduling scheduling = settings.scheduling();
        return new Rules(
                scheduling.lease(),
                scheduling.queueMax(),
                scheduling.taskMax(),
                scheduling.prefetchBelow(),
                scheduling.prefetchMax(),
                settings.storage().idempotencyTtl(),
                sharing(scheduling.sharing()));
    }

    private static Rules.Sharing sharing(Sharing sharing) {
        return new Rules.Sharing(
                sharing.weights(),
                sharing.namespaceMax(),
                sharing.namespaceMaxima(),
                sharing.labelMaxima(),
                sharing.reservationAfter());
    }

    static Executor executor(ExecutorContext context) {
        return provider(
                        Executor.Provider.class,
                        Executor.Provider::executor,
                        context.settings().executor())
                .create(context);
    }

    static CentralStore centralStore(
            Settings.Storage settings, Path data, BlobReferences references) throws IOException {
        return provider(
                        CentralStore.Provider.class,
                        CentralStore.Provider::name,
                        settings.centralStore())
                .create(data, references);
    }

    private static <P> P provider(Class<P> seam, Function<P, String> name, String wanted) {
        for (P provider : ServiceLoader.load(seam)) {
            if (name.apply(provider).equals(wanted)) {
                return provider;
            }
        }
        throw new ConfigurationException(
                List.of("no provider of " + wanted + " is on the class path"));
    }
}
