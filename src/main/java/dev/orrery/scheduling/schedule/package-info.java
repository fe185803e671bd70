/** What schedules there are, which moments of them are due, and what follows from that. */
@NullMarked
package dev.orrery.scheduling.schedule;

import org.jspecify.annotations.NullMarked;
