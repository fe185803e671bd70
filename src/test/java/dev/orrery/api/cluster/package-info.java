/** Tests of what shows the cluster. */
@NullMarked
package dev.orrery.api.cluster;

import org.jspecify.annotations.NullMarked;
