/** Who goes next when many want the cluster: shares of namespaces, bounds, kept workers. */
@NullMarked
package dev.orrery.scheduling.share;

import org.jspecify.annotations.NullMarked;
