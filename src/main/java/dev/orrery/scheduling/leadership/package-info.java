/** When a master may lead, and when it had better not. Pure. */
@NullMarked
package dev.orrery.scheduling.leadership;

import org.jspecify.annotations.NullMarked;
