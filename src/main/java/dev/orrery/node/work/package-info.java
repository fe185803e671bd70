/** What a worker is made of: what it holds, what it reports, its lease, and its bytes. */
@NullMarked
package dev.orrery.node.work;

import org.jspecify.annotations.NullMarked;
