/** Many submissions in one request: lines in, lines out, at the pace of the slower side. */
@NullMarked
package dev.orrery.api.batch;

import org.jspecify.annotations.NullMarked;
