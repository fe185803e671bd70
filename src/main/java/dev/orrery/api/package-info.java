/** REST, WebSocket, SSE and the page. */
@NullMarked
package dev.orrery.api;

import org.jspecify.annotations.NullMarked;
