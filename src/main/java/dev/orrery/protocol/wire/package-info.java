/** The wire form of messages and of stored events: protobuf, versioned, without reflection. */
@NullMarked
package dev.orrery.protocol.wire;

import org.jspecify.annotations.NullMarked;
