/** What masters that share a store give to and take from each other, with real servers. */
@NullMarked
package dev.orrery.api.replica;

import org.jspecify.annotations.NullMarked;
