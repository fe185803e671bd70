/** The route that gives a copy of everything away. */
@NullMarked
package dev.orrery.api.backup;

import org.jspecify.annotations.NullMarked;
