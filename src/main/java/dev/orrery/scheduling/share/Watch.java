package dev.orrery.scheduling.share;

import dev.orrery.model.Namespace;
import dev.orrery.scheduling.policy.Demand;

/**
 * Since when the first task of a namespace has waited for room.
 *
 * @param since on the monotonic clock, in nanoseconds
 * @param given how many attempts the cluster had been given then
 */
public record Watch(Namespace namespace, Demand demand, long since, long given) {}
