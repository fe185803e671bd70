/** The search for what is wrong on this machine, in its files and in the cluster. */
@NullMarked
package dev.orrery.cli.doctor;

import org.jspecify.annotations.NullMarked;
