/** What the engines of the store share: the tables, what events mean for them, and their reads. */
@NullMarked
package dev.orrery.store.sql;

import org.jspecify.annotations.NullMarked;
