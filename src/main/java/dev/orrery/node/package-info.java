/** The verticles, membership and leadership. */
@NullMarked
package dev.orrery.node;

import org.jspecify.annotations.NullMarked;
