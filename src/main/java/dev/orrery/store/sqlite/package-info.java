/** The durable truth in one SQLite file: the engine of a cluster with one master. */
@NullMarked
package dev.orrery.store.sqlite;

import org.jspecify.annotations.NullMarked;
