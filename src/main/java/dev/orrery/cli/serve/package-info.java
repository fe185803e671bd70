/** Commands that are a server until they are told to stop. */
@NullMarked
package dev.orrery.cli.serve;

import org.jspecify.annotations.NullMarked;
