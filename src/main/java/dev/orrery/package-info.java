/** The entry of the program, which wires the rooms together. */
@NullMarked
package dev.orrery;

import org.jspecify.annotations.NullMarked;
