/** The cluster's own authority, and how a node of another machine gets a certificate of it. */
@NullMarked
package dev.orrery.node.enrol;

import org.jspecify.annotations.NullMarked;
