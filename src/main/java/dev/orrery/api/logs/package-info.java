/** Where the captured output of attempts is, and how to read on as it grows. */
@NullMarked
package dev.orrery.api.logs;

import org.jspecify.annotations.NullMarked;
