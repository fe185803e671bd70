/** Many jobs of one command line: a command a line, from a file or standard input. */
@NullMarked
package dev.orrery.cli.each;

import org.jspecify.annotations.NullMarked;
