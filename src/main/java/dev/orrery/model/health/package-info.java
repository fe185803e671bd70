/** What an examination of a node and its store finds. */
@NullMarked
package dev.orrery.model.health;

import org.jspecify.annotations.NullMarked;
