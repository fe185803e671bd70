/** The replaceable components of scheduling, each an interface with the one used by default. */
@NullMarked
package dev.orrery.scheduling.policy;

import org.jspecify.annotations.NullMarked;
