/** Pure scheduling: queue, policy, placement, leases and retry, as decide and apply. */
@NullMarked
package dev.orrery.scheduling;

import org.jspecify.annotations.NullMarked;
