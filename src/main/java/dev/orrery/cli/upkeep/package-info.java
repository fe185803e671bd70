/** Commands for who keeps a cluster up: backups, and the search for faults. */
@NullMarked
package dev.orrery.cli.upkeep;

import org.jspecify.annotations.NullMarked;
