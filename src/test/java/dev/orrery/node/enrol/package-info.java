/** Tests of the authority and of invitations. */
@NullMarked
package dev.orrery.node.enrol;

import org.jspecify.annotations.NullMarked;
