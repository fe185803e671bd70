/** The commands for people and scripts, one type each. */
@NullMarked
package dev.orrery.cli.command;

import org.jspecify.annotations.NullMarked;
