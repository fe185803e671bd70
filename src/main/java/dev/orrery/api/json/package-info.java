/** The JSON forms of the API: strict reading, and writing without an object in between. */
@NullMarked
package dev.orrery.api.json;

import org.jspecify.annotations.NullMarked;
