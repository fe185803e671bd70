/** Forms with files: multipart/form-data read piece by piece, and the rule for file names. */
@NullMarked
package dev.orrery.api.form;

import org.jspecify.annotations.NullMarked;
