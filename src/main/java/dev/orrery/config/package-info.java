/** One typed tree of settings, read and checked once, all faults reported at once. */
@NullMarked
package dev.orrery.config;

import org.jspecify.annotations.NullMarked;
