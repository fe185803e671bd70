/** The table of schedules, the same in every engine. */
@NullMarked
package dev.orrery.store.sql.schedule;

import org.jspecify.annotations.NullMarked;
