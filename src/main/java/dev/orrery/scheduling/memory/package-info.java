/** What a leader remembers of jobs beside those that have not ended. */
@NullMarked
package dev.orrery.scheduling.memory;

import org.jspecify.annotations.NullMarked;
