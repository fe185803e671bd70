/** An ordered set of queued ranges in little memory. */
@NullMarked
package dev.orrery.scheduling.queue;

import org.jspecify.annotations.NullMarked;
