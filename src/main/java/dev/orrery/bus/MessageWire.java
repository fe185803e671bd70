package dev.orrery.bus;

import dev.orrery.protocol.Message;
import dev.orrery.protocol.wire.Wire;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How Vert.x carries our messages: within a node as the same immutable object, between nodes as a
 * length and the wire form.
 *
 * <p>A message past the limit is not written, since an exception at that point would strand what
 * waits behind it: its size travels instead, negative, and the receiver refuses it.
 */
final class MessageWire implements MessageCodec<Message, Message> {
    static final String NAME = "orrery.v1";

    /** The largest message in bytes: batches and histories are cut far below it. */
    static final int BYTES_MAX = 8 * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(MessageWire.class);

    @Override
    public void encodeToWire(Buffer buffer, Message message) {
        byte[] bytes = Wire.encode(message);
        if (bytes.length > BYTES_MAX) {
            log.atError()
                    .addKeyValue("message", message.getClass().getSimpleName())
                    .addKeyValue("bytes", bytes.length)
                    .log("message too large for the bus");
            buffer.appendInt(-bytes.length);
            return;
        }
        buffer.appendInt(bytes.length).appendBytes(bytes);
    }

    /** Throws an IllegalArgumentException when there is no message of ours. */
    @Override
    public Message decodeFromWire(int position, Buffer buffer) {
        int start = position + Integer.BYTES;
        if (start > buffer.length()) {
            throw new IllegalArgumentException("a message without a length");
        }
        int length = buffer.getInt(position);
        if (length < 0) {
            throw new IllegalArgumentException(
                    "the message was larger than " + BYTES_MAX + " bytes, and was not sent");
        }
        if (length > BYTES_MAX || length > buffer.length() - start) {
            throw new IllegalArgumentException("a message with a wrong length: " + length);
        }
        return Wire.decode(buffer.getBytes(start, start + length));
    }

    @Override
    public Message transform(Message message) {
        return message;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
