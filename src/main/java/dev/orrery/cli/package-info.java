/** Commands of the one program, client side. */
@NullMarked
package dev.orrery.cli;

import org.jspecify.annotations.NullMarked;
