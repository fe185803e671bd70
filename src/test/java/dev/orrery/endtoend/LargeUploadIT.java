package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A file much larger than the heap of the server, and than an int can count. */
final class LargeUploadIT {
    private static final int BLOCKS = 2048;
    private static final int BLOCK_BYTES = 1 << 20;
    private static final String SMALL_HEAP =
            "-Xmx96m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError"
                    + " --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED";

    /** Of the blocks one after another and a zero, by sha256sum. */
    private static final String SHA_256 =
            "c80b974fca7c20a411c6792a769fe2d6b114e4f20a806db8674ff21d00f0d1df";

    @RegisterExtension final Stage stage = new Stage();

    @Test
    void file_passesThroughASmallHeap() {
        // given
        Program server =
                stage.javaWith(
                        SMALL_HEAP,
                        "dev",
                        "--data",
                        stage.path("data").toString(),
                        "--port",
                        "0",
                        "--slots",
                        "1");
        Api api = stage.api(server.ready(), "data");
        Form form = new Form();

        // when
        Api.Answer answer = api.postForm(form.type(), body());

        // then
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        String job = answer.json().path("id").asText();
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> Api.TERMINAL.contains(api.job(job).path("state").asText()));
        JsonNode ended = api.job(job);
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
        assertThat(api.stdout(job)).isEqualTo(SHA_256 + "  large.bin\n");
        assertThat(server.isAlive()).isTrue();
    }

    private static BodyPublisher body() {
        return BodyPublishers.concat(
                BodyPublishers.ofString(
                        Form.head("name=\"job\"", "application/json")
                                + "{\"command\": [\"sha256sum\", \"large.bin\"]}\r\n"
                                + Form.head(
                                        "name=\"file\"; filename=\"large.bin\"",
                                        "application/octet-stream")),
                BodyPublishers.ofInputStream(NumberedBlocks::new),
                BodyPublishers.ofString("\r\n" + Form.end()));
    }

    /** Blocks of zeros that begin with their number, and one zero more: 2 GiB and a byte. */
    private static final class NumberedBlocks extends InputStream {
        private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).position(BLOCK_BYTES);
        private long number;

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (!block.hasRemaining()) {
                if (number > BLOCKS) {
                    return -1;
                }
                block.clear().putLong(0, number == BLOCKS ? 0 : number);
                block.limit(number == BLOCKS ? 1 : BLOCK_BYTES);
                number++;
            }
            int count = Math.min(length, block.remaining());
            block.get(target, offset, count);
            return count;
        }
    }
}
