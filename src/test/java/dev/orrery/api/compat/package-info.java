/** Tests of the interfaces of other systems. */
@NullMarked
package dev.orrery.api.compat;

import org.jspecify.annotations.NullMarked;
