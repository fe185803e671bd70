/** What several commands are told and say alike. */
@NullMarked
package dev.orrery.cli.option;

import org.jspecify.annotations.NullMarked;
