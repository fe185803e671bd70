/** A whole store in one file, taken while it is used, and put back. */
@NullMarked
package dev.orrery.store.backup;

import org.jspecify.annotations.NullMarked;
