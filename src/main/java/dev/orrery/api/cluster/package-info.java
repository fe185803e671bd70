/** Routes that show the cluster without its leader. */
@NullMarked
package dev.orrery.api.cluster;

import org.jspecify.annotations.NullMarked;
