package dev.orrery.scheduling.share;

import dev.orrery.model.Namespace;
import dev.orrery.scheduling.policy.QueueEntry;

/** An entry that may go next, and whose it is. */
public record Head(Namespace namespace, QueueEntry entry) {}
