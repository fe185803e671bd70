/** Real processes under real faults, and one checker of the history that they leave. */
@NullMarked
package dev.orrery.chaos;

import org.jspecify.annotations.NullMarked;
