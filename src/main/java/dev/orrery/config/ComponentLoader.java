package dev.orrery.config;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** Finds a replaceable component by the name of its class among the registered services. */
public final class ComponentLoader {

    private ComponentLoader() {}

    /**
     * A new component of the class.
     *
     * @param seam the interface under which components are registered in {@code META-INF/services}
     * @throws ConfigurationException when no service of the seam has this class
     */
    public static <P> P find(Class<P> seam, String className) {
        ServiceLoader<P> services = ServiceLoader.load(seam);
        Optional<P> component =
                services.stream()
                        .filter(provider -> provider.type().getName().equals(className))
                        .findFirst()
                        .map(ServiceLoader.Provider::get);
        return component.orElseThrow(() ->
                new ConfigurationException(
                        List.of(
                                "no "
                                        + seam.getSimpleName()
                                        + " is registered as "
                                        + className
                                        + "; known are "
                                        + known(services))));
    }

    private static <P> List<String> known(ServiceLoader<P> services) {
        return services.stream().map(provider -> provider.type().getName()).sorted().toList();
    }
}
