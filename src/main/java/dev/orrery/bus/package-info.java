/** Typed send, request and publish over the clustered event bus, with self-test. */
@NullMarked
package dev.orrery.bus;

import org.jspecify.annotations.NullMarked;
