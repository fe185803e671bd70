package dev.orrery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.protocol.Message;
import dev.orrery.protocol.WorkerCommandReply;

import io.vertx.core.buffer.Buffer;

import org.junit.jupiter.api.Test;

/** What the codec writes and refuses. */
final class MessageWireTest {
    private final MessageWire wire = new MessageWire();
    private final Message message = new WorkerCommandReply.Declined("an older epoch");

    @Test
    void message_isReadFromWhereItBegins() {
        Buffer buffer = Buffer.buffer("head");

        wire.encodeToWire(buffer, message);
        buffer.appendString("tail");

        assertThat(wire.decodeFromWire(4, buffer)).isEqualTo(message);
    }

    @Test
    void messagePastTheLimit_travelsAsARefusal() {
        Message large = new WorkerCommandReply.Declined("x".repeat(MessageWire.BYTES_MAX));
        Buffer buffer = Buffer.buffer();

        wire.encodeToWire(buffer, large);

        assertThat(buffer.length()).isEqualTo(Integer.BYTES);
        assertThatThrownBy(() -> wire.decodeFromWire(0, buffer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the message was larger than 8388608 bytes, and was not sent");
    }

    @Test
    void lengthPastTheFrame_isRefused() {
        for (int length : new int[] {5, 0x7fffffff, MessageWire.BYTES_MAX}) {
            Buffer buffer = Buffer.buffer().appendInt(length).appendInt(0);

            assertThatThrownBy(() -> wire.decodeFromWire(0, buffer))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a message with a wrong length: " + length);
        }
    }

    @Test
    void frameWithoutALength_isRefused() {
        assertThatThrownBy(() -> wire.decodeFromWire(0, Buffer.buffer("abc")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
