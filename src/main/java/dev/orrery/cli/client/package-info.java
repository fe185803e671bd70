/** HTTP to a master, as the commands need it. */
@NullMarked
package dev.orrery.cli.client;

import org.jspecify.annotations.NullMarked;
