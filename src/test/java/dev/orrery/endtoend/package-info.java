/** The whole program from outside: real processes, real sockets, real signals. */
@NullMarked
package dev.orrery.endtoend;

import org.jspecify.annotations.NullMarked;
