/** The durable truth in PostgreSQL: the engine of a cluster with several masters. */
@NullMarked
package dev.orrery.store.postgres;

import org.jspecify.annotations.NullMarked;
