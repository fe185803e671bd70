package dev.orrery.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;

import dev.orrery.model.JobId;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.wire.proto.AcceptedForm;
import dev.orrery.protocol.wire.proto.Envelope;
import dev.orrery.protocol.wire.proto.JobIdForm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** Messages and durable events survive the wire exactly; other bytes are refused. */
final class WireTest {
    private static final int VALUES = 3_000;
    private static final JobId JOB = new JobId(new UUID(0x0190_0000_0000_7000L, 7));

    @ParameterizedTest
    @ValueSource(longs = {1, 20261122})
    void everyMessage_survivesTheWire(long seed) {
        ArbitraryValues arbitrary = new ArbitraryValues(seed);

        for (int i = 0; i < VALUES; i++) {
            Message message = arbitrary.of(Message.class);
            assertThat(Wire.decode(Wire.encode(message))).as("seed %d", seed).isEqualTo(message);
        }

        assertThat(arbitrary.recordsMade()).containsAll(recordsUnder(Message.class));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20261122})
    void everyDurableEvent_survivesTheStore(long seed) {
        ArbitraryValues arbitrary = new ArbitraryValues(seed);

        for (int i = 0; i < VALUES; i++) {
            DurableEvent event = arbitrary.of(DurableEvent.class);
            byte[] bytes = EventWire.encode(event);
            assertThat(EventWire.decode(bytes)).as("seed %d", seed).isEqualTo(event);
            assertThat(EventWire.encode(EventWire.decode(bytes))).isEqualTo(bytes);
        }

        assertThat(arbitrary.recordsMade()).containsAll(recordsUnder(DurableEvent.class));
    }

    @Test
    void fieldOfALaterVersion_isIgnored() throws InvalidProtocolBufferException {
        UnknownFieldSet later =
                UnknownFieldSet.newBuilder()
                        .addField(900, UnknownFieldSet.Field.newBuilder().addVarint(5).build())
                        .build();
        SchedulerReply accepted = new SchedulerReply.Accepted(JOB, 12, true);
        Envelope known = Envelope.parseFrom(Wire.encode(accepted));

        AcceptedForm inner = known.getAccepted().toBuilder().setUnknownFields(later).build();
        Envelope extended = known.toBuilder().setAccepted(inner).setUnknownFields(later).build();

        assertThat(Wire.decode(extended.toByteArray())).isEqualTo(accepted);
    }

    @Test
    void messageOfALaterVersion_isRefusedByName() {
        UnknownFieldSet.Field body =
                UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build();
        UnknownFieldSet later = UnknownFieldSet.newBuilder().addField(901, body).build();

        Envelope unknown = Envelope.newBuilder().setVersion(1).setUnknownFields(later).build();

        assertThatThrownBy(() -> Wire.decode(unknown.toByteArray()))
                .isInstanceOf(WireException.class)
                .hasMessage("the bytes hold no message that this version knows");
    }

    @Test
    void otherVersion_isRefused() throws InvalidProtocolBufferException {
        Envelope done = Envelope.parseFrom(Wire.encode(new SchedulerReply.Done()));

        byte[] later = done.toBuilder().setVersion(2).build().toByteArray();

        assertThatThrownBy(() -> Wire.decode(later))
                .isInstanceOf(WireException.class)
                .hasMessage("version 1 of the wire form is known, not 2");
    }

    @Test
    void missingId_isRefused() {
        Envelope nameless =
                Envelope.newBuilder()
                        .setVersion(1)
                        .setAccepted(AcceptedForm.newBuilder().setJob(JobIdForm.newBuilder()))
                        .build();

        assertThatThrownBy(() -> Wire.decode(nameless.toByteArray()))
                .isInstanceOf(WireException.class)
                .hasMessage("a job id is missing");
    }

    @Test
    void valueOutsideItsBounds_isRefused() throws InvalidProtocolBufferException {
        byte[] drain = Wire.encode(new SchedulerRequest.SetDrain(new WorkerId("w-1"), true));

        Envelope.Builder path = Envelope.parseFrom(drain).toBuilder();
        path.getSetDrainBuilder().setWorker("../../etc/passwd");

        assertThatThrownBy(() -> Wire.decode(path.build().toByteArray()))
                .isInstanceOf(WireException.class)
                .hasMessage("the bytes hold a value outside its bounds");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void truncatedBytes_areRefused(long seed) {
        ArbitraryValues arbitrary = new ArbitraryValues(seed);

        for (int i = 0; i < 30; i++) {
            byte[] whole = EventWire.encode(arbitrary.of(DurableEvent.class));
            for (int length = 0; length < whole.length; length++) {
                byte[] part = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> EventWire.decode(part))
                        .as("seed %d, value %d, %d bytes", seed, i, length)
                        .isInstanceOf(WireException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void damagedBytes_giveAMessageOrAreRefused(long seed) {
        ArbitraryValues arbitrary = new ArbitraryValues(seed);
        Random random = new Random(seed);

        for (int i = 0; i < VALUES; i++) {
            byte[] bytes = Wire.encode(arbitrary.of(Message.class));
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            expectMessageOrRefusal(bytes, seed);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void garbage_givesAMessageOrIsRefused(long seed) {
        Random random = new Random(seed);

        for (int i = 0; i < VALUES; i++) {
            byte[] garbage = new byte[random.nextInt(200)];
            random.nextBytes(garbage);
            expectMessageOrRefusal(garbage, seed);
        }
    }

    private static void expectMessageOrRefusal(byte[] bytes, long seed) {
        Throwable fault = catchThrowable(() -> Wire.decode(bytes));

        if (fault != null) {
            assertThat(fault).as("seed %d", seed).isInstanceOf(WireException.class);
        }
    }

    /** Every record that a value of the type can hold, at any depth. */
    private static Set<String> recordsUnder(Type type) {
        Set<String> records = new TreeSet<>();
        collectRecords(type, records);
        return records;
    }

    private static void collectRecords(Type type, Set<String> records) {
        if (type instanceof ParameterizedType generic) {
            Arrays.stream(generic.getActualTypeArguments())
                    .forEach(argument -> collectRecords(argument, records));
        } else if (type instanceof Class<?> plain && plain.isSealed()) {
            Arrays.stream(plain.getPermittedSubclasses())
                    .forEach(alternative -> collectRecords(alternative, records));
        } else if (type instanceof Class<?> plain && plain.isRecord()) {
            if (records.add(plain.getName())) {
                Arrays.stream(plain.getRecordComponents())
                        .forEach(part -> collectRecords(part.getGenericType(), records));
            }
        }
    }
}
