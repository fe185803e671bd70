/** The routes that answer a request with one response. */
@NullMarked
package dev.orrery.api.rest;

import org.jspecify.annotations.NullMarked;
