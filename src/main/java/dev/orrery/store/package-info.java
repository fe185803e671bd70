/** Durable truth: jobs, tasks, attempts, events, leader row, blobs. */
@NullMarked
package dev.orrery.store;

import org.jspecify.annotations.NullMarked;
