/** Processes as the kernel has them: started, read, watched, bounded, killed with all they left. */
@NullMarked
package dev.orrery.execution.posix;

import org.jspecify.annotations.NullMarked;
