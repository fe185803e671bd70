/** The tests of the house itself: its rooms, its source text, its format and its documents. */
@NullMarked
package dev.orrery.house;

import org.jspecify.annotations.NullMarked;
