package dev.orrery.scheduling.share;

import dev.orrery.model.Namespace;
import dev.orrery.model.WorkerId;
import dev.orrery.scheduling.policy.Demand;

/** A worker that gets nothing but tasks of one demand of one namespace, until one has gone. */
public record Keep(WorkerId worker, Namespace namespace, Demand demand) {}
