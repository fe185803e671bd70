package dev.orrery.scheduling.policy;

import dev.orrery.model.JobSpec;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.Resources;

import java.util.Map;
import java.util.Optional;

/** Refuses a task that asks for more than the configuration allows; workers may come and go. */
public final class ConfiguredCapacity implements CapacityValidator {

    /** Made by the loader of components. */
    public ConfiguredCapacity() {}

    @Override
    public Optional<Problem> refusal(JobSpec spec, Resources taskMax) {
        Resources asked = spec.resources();
        if (asked.cpuMillis() > taskMax.cpuMillis()) {
            return tooMuch("resources.cpus", taskMax.cpuMillis() / 1000 + " cpus");
        }
        if (asked.memoryBytes() > taskMax.memoryBytes()) {
            return tooMuch("resources.memory", taskMax.memoryBytes() + " bytes");
        }
        if (asked.gpus() > taskMax.gpus()) {
            return tooMuch("resources.gpus", taskMax.gpus() + " gpus");
        }
        for (Map.Entry<String, Long> entry : asked.named().entrySet()) {
            long max = taskMax.named().getOrDefault(entry.getKey(), Long.MAX_VALUE);
            if (entry.getValue() > max) {
                return tooMuch("resources.named." + entry.getKey(), max + " of it");
            }
        }
        return Optional.empty();
    }

    private static Optional<Problem> tooMuch(String field, String max) {
        return Optional.of(
                Problem.ofField(
                        ProblemCode.IMPOSSIBLE_RESOURCES,
                        field,
                        "One task may ask for at most " + max + " here.",
                        "Ask for less, or raise scheduling.taskMax in the configuration."));
    }
}
