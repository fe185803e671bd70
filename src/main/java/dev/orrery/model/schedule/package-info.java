/** Schedules: which moments a cron expression means, and what is known of who fires at them. */
@NullMarked
package dev.orrery.model.schedule;

import org.jspecify.annotations.NullMarked;
