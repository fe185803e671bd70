/** Tests of batches of submissions. */
@NullMarked
package dev.orrery.api.batch;

import org.jspecify.annotations.NullMarked;
