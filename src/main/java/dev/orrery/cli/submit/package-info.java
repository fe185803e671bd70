/** The commands that bring work to the cluster. */
@NullMarked
package dev.orrery.cli.submit;

import org.jspecify.annotations.NullMarked;
