/** How a node of another machine is let into the cluster. */
@NullMarked
package dev.orrery.api.enrol;

import org.jspecify.annotations.NullMarked;
