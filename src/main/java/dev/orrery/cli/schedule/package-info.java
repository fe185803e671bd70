/** The commands for schedules. */
@NullMarked
package dev.orrery.cli.schedule;

import org.jspecify.annotations.NullMarked;
