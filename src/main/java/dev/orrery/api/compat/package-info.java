/** The interfaces of other systems, off unless they are switched on. */
@NullMarked
package dev.orrery.api.compat;

import org.jspecify.annotations.NullMarked;
