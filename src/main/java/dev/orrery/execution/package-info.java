/** Runs one attempt: spawn, limits, capture, progress, kill tree, workspace. */
@NullMarked
package dev.orrery.execution;

import org.jspecify.annotations.NullMarked;
