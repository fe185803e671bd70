/** Text for people: tables, one live line, and names that cannot harm a terminal. */
@NullMarked
package dev.orrery.cli.text;

import org.jspecify.annotations.NullMarked;
