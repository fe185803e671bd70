/** Values everybody shares: ids, tasks, jobs, resources, states, problems. */
@NullMarked
package dev.orrery.model;

import org.jspecify.annotations.NullMarked;
