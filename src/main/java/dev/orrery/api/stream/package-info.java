/** Live events: topics fanned out to WebSocket and SSE clients. */
@NullMarked
package dev.orrery.api.stream;

import org.jspecify.annotations.NullMarked;
