/** Schedules over REST: what makes one, what is said of one, and the routes. */
@NullMarked
package dev.orrery.api.schedule;

import org.jspecify.annotations.NullMarked;
