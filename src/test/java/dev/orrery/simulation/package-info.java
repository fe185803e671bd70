/**
 * A whole cluster in one thread: the real scheduler core among simulated clocks, networks, disks,
 * processes and clients, played from a seed.
 */
@NullMarked
package dev.orrery.simulation;

import org.jspecify.annotations.NullMarked;
