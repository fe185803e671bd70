/** The same bytes on several masters that share a store. */
@NullMarked
package dev.orrery.store.replica;

import org.jspecify.annotations.NullMarked;
