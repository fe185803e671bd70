/** What a leading scheduler is made of: group commit, assignments on their way, publication. */
@NullMarked
package dev.orrery.node.leader;

import org.jspecify.annotations.NullMarked;
