/** The log of a server, one JSON object a line. */
@NullMarked
package dev.orrery.cli.log;

import org.jspecify.annotations.NullMarked;
