/** What masters that share a store give to and take from each other. */
@NullMarked
package dev.orrery.api.replica;

import org.jspecify.annotations.NullMarked;
