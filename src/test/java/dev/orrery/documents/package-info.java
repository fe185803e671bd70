/** Tests that what the documents say is true of the program. */
@NullMarked
package dev.orrery.documents;

import org.jspecify.annotations.NullMarked;
