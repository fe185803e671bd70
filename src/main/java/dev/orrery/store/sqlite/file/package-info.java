/** The store's files as files, before and beside the engine that reads them. */
@NullMarked
package dev.orrery.store.sqlite.file;

import org.jspecify.annotations.NullMarked;
