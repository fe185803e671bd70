/** Messages between roles, and their wire form (protobuf), versioned. */
@NullMarked
package dev.orrery.protocol;

import org.jspecify.annotations.NullMarked;
