package dev.orrery.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;

import dev.orrery.model.JobId;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.wire.EventWire;
import dev.orrery.protocol.wire.proto.StoredEvent;
import dev.orrery.store.Histories;
import dev.orrery.store.StoreException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/** An event that a later build committed, and did not live to move into the tables. */
final class SqliteLaterEventTest {

    @TempDir private Path data;

    @Test
    void fieldThatIsNotKnown_staysInTheTables() throws Exception {
        // given
        JobId job = Histories.jobId(new SplittableRandom(5), Histories.START);
        JobEvent event =
                Histories.submitted(
                        job,
                        Histories.START,
                        Histories.spec("default", "a", Map.of(), List.of()),
                        1);
        byte[] frame = frame(withLaterField(event));
        open().close();
        try (Connection connection = connect();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO journal (events) VALUES (?)")) {
            insert.setBytes(1, frame);
            insert.executeUpdate();
        }

        // when
        try (SqliteStore store = open()) {
            assertThat(store.jobs().events(job, 0, 10)).containsExactly(event);
        }

        // then
        assertThat(storedRun()).isEqualTo(frame);
    }

    private SqliteStore open() throws StoreException {
        return SqliteStore.open(data, Duration.ofDays(1), InstantSource.system());
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
    }

    private byte[] storedRun() throws SQLException {
        try (Connection connection = connect();
                ResultSet row =
                        connection.createStatement().executeQuery("SELECT run FROM events")) {
            assertThat(row.next()).isTrue();
            return row.getBytes(1);
        }
    }

    private static byte[] withLaterField(JobEvent event) throws InvalidProtocolBufferException {
        UnknownFieldSet later =
                UnknownFieldSet.newBuilder()
                        .addField(900, UnknownFieldSet.Field.newBuilder().addVarint(5).build())
                        .build();
        StoredEvent.Builder stored = StoredEvent.parseFrom(EventWire.encode(event)).toBuilder();
        stored.getJobEventBuilder().setUnknownFields(later);
        return stored.build().toByteArray();
    }

    private static byte[] frame(byte[] encoded) {
        CRC32C crc = new CRC32C();
        crc.update(encoded);
        return ByteBuffer.allocate(8 + encoded.length)
                .putInt(encoded.length)
                .putInt((int) crc.getValue())
                .put(encoded)
                .array();
    }
}
