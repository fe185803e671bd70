package dev.orrery.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.Bytes;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.Content;
import dev.orrery.model.JobId;
import dev.orrery.model.Outcome;
import dev.orrery.model.StoredFile;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.model.Usage;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.AttemptResult;
import dev.orrery.protocol.JobEvent;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The stored form of an event, byte by byte. When this fails, a database that somebody has can no
 * longer be read: raise the version and read both, rather than change the text below.
 */
final class StoredFormTest {
    private static final JobId JOB = JobId.parse("01937a52-7c00-7000-8000-00000000002a");

    private static final JobEvent ENDED =
            new JobEvent(
                    JOB,
                    4,
                    Instant.parse("2026-11-22T03:30:00.000000001Z"),
                    TaskStatus.SUCCEEDED,
                    new JobEvent.AttemptEnded(
                            new TaskRange(JOB, 0, 9),
                            2,
                            new WorkerId("w-1"),
                            new AttemptResult(
                                    new Outcome.Exited(0),
                                    new Usage(
                                            Duration.ofMillis(1500),
                                            Duration.ofNanos(7),
                                            Duration.ZERO,
                                            4096),
                                    Optional.of(Instant.parse("2026-11-22T03:29:58.5Z")),
                                    Instant.parse("2026-11-22T03:30:00Z"),
                                    new CapturedLog(3, 0, new Content.Inline(Bytes.utf8("hi\n"))),
                                    new CapturedLog(90_000, 5, new Content.Shipped()),
                                    List.of(
                                            new StoredFile(
                                                    "out/a.txt",
                                                    1,
                                                    "ab",
                                                    new Content.Inline(Bytes.utf8("x"))))),
                            new JobEvent.Next.Over(TaskStatus.SUCCEEDED, "exit-code")));

    private static final String STORED =
            "080112b1010a12090070007c527a9301112a0000000000008010041a0808f08693b00d"
                    + "100120065a8c010a14090070007c527a9301112a00000000000080200910021a03772d"
                    + "31225e0a02080012130a0808021080cab5ee01120210071a002080201a0c08ec8693b0"
                    + "0d1080cab5ee01220608f08693b00d2a0908031a050a0368690a320a0890bf0510051a"
                    + "021a003a160a096f75742f612e74787410011a02616222030a01782a0d080612096578"
                    + "69742d636f6465";

    @Test
    void event_hasTheBytesItAlwaysHad() {
        assertThat(HexFormat.of().formatHex(EventWire.encode(ENDED))).isEqualTo(STORED);
    }

    @Test
    void bytesOfAnEarlierVersion_areRead() {
        assertThat(EventWire.decode(HexFormat.of().parseHex(STORED))).isEqualTo(ENDED);
    }
}
