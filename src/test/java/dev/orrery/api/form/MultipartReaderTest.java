package dev.orrery.api.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.api.json.Refusal;

import io.vertx.core.buffer.Buffer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/** The reading of forms, however the bytes are cut; ¶ stands for a line end. */
final class MultipartReaderTest {
    private static final String FORM =
            "preamble¶"
                    + "--b¶"
                    + "Content-Disposition: form-data; name=\"a\"¶¶"
                    + "x¶"
                    + "-b¶"
                    + "--¶"
                    + "-¶"
                    + "--b \t¶"
                    + "content-disposition: form-data; name=f; filename=\"a\\\"%22.txt\"¶"
                    + "Content-Type: Text/Plain; charset=utf-8¶¶¶"
                    + "--b¶"
                    + "Content-Disposition: form-data; name=\"last\"¶¶¶¶"
                    + "--b--¶"
                    + "epilogue";

    @Test
    void everyCut_readsTheSame() throws Exception {
        for (int size = 1; size <= FORM.length(); size++) {
            assertThat(read(FORM, size))
                    .as("pieces of %d bytes", size)
                    .containsExactly(
                            "a Optional.empty Optional.empty: x¶-b¶--¶-",
                            "f Optional[a\"\".txt] Optional[text/plain]: ",
                            "last Optional.empty Optional.empty: ¶");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--b",
                "--b¶",
                "no boundary at all",
                "--b¶Content-Disposition: form-data; name=\"a\"¶¶unfinished",
                "--b¶Content-Disposition: form-data; name=\"a\"¶¶x¶--b",
                "--b¶" + "Content-Disposition: form-data; name=\"a\"¶¶" + "x¶" + "--bx¶¶" + "--b?¶",
                "--b¶¶x¶--b--",
                "--b¶Content-Disposition: attachment; name=\"a\"¶¶x¶--b--",
                "--b¶Content-Disposition: form-data; filename=\"a\"¶¶x¶--b--",
                "--b¶Content-Disposition: form-data; name=\"a¶¶x¶--b--",
                "--b¶Content-Disposition: form-data; name=a; name=b¶¶x¶--b--",
                "--b¶"
                        + "Content-Disposition: form-data; name=a¶"
                        + "Content-Disposition: x¶¶"
                        + "x¶"
                        + "--b--",
                "--b¶Content-Disposition: form-data; name=a¶ folded¶¶x¶--b--",
                "--b¶no colon¶¶x¶--b--",
                "--b¶"
                        + "Content-Disposition: form-data; name=a; filename*=UTF-8''x¶¶"
                        + "x¶"
                        + "--b--",
            })
    void malformedForm_isRefused(String form) {
        assertThatThrownBy(() -> read(form, 7)).isInstanceOf(Refusal.class);
    }

    @Test
    void endlessHeader_isRefused() {
        String form = "--b¶X: " + "x".repeat(20_000);

        assertThatThrownBy(() -> read(form, 512)).hasMessageContaining("too long");
    }

    @Test
    void tooManyParts_areRefused() {
        String part = "--b¶Content-Disposition: form-data; name=a¶¶x¶";

        assertThatThrownBy(() -> read(part.repeat(4) + "--b--", 100))
                .hasMessageContaining("more than 3 parts");
    }

    private static List<String> read(String form, int pieceSize) throws InterruptedException {
        byte[] bytes = form.replace("¶", "\r\n").getBytes(StandardCharsets.UTF_8);
        Queue<Buffer> pieces = new ArrayDeque<>();
        for (int from = 0; from < bytes.length; from += pieceSize) {
            int length = Math.min(pieceSize, bytes.length - from);
            pieces.add(Buffer.buffer().appendBytes(bytes, from, length));
        }
        MultipartReader reader =
                new MultipartReader(() -> Optional.ofNullable(pieces.poll()), "b", 3);
        List<String> parts = new ArrayList<>();
        for (Optional<PartHead> head = reader.nextPart();
                head.isPresent();
                head = reader.nextPart()) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            for (Optional<ByteBuffer> next = reader.nextBytes();
                    next.isPresent();
                    next = reader.nextBytes()) {
                content.write(next.get().array(), next.get().position(), next.get().remaining());
            }
            parts.add(
                    head.get().name()
                            + " "
                            + head.get().fileName()
                            + " "
                            + head.get().mediaType()
                            + ": "
                            + content.toString(StandardCharsets.UTF_8).replace("\r\n", "¶"));
        }
        return parts;
    }
}
