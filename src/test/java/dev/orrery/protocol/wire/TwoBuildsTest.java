package dev.orrery.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.Message;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What this build and the next one write, the other reads. */
@TestInstance(Lifecycle.PER_CLASS)
final class TwoBuildsTest {
    private static final int VALUES = 2_000;

    private URLClassLoader next = new URLClassLoader(new URL[0]);

    @BeforeAll
    void makeNextBuild(@TempDir Path directory) throws MalformedURLException {
        String classPath = System.getProperty("java.class.path");
        List<URL> urls = new ArrayList<>();
        urls.add(NextBuild.make(directory, classPath).classes().toUri().toURL());
        for (String element : classPath.split(":")) {
            urls.add(Path.of(element).toUri().toURL());
        }
        next = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    @AfterAll
    void close() throws IOException {
        next.close();
    }

    /** Reads the bytes as the next build does, and gives what it writes of the same. */
    private byte[] throughNext(String codec, Class<?> written, byte[] bytes) {
        try {
            Class<?> wire = next.loadClass("dev.orrery.protocol.wire." + codec);
            Object read = wire.getMethod("decode", byte[].class).invoke(null, bytes);
            Method encode = wire.getMethod("encode", next.loadClass(written.getName()));
            return (byte[]) encode.invoke(null, read);
        } catch (InvocationTargetException e) {
            throw new AssertionError(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the next build lacks something", e);
        }
    }

    @Test
    void everyMessage_isTheSameInBoth() {
        ArbitraryValues arbitrary = new ArbitraryValues(7);
        int longer = 0;

        for (int i = 0; i < VALUES; i++) {
            Message message = arbitrary.of(Message.class);
            byte[] ours = Wire.encode(message);
            byte[] theirs = throughNext("Wire", Message.class, ours);

            assertThat(Wire.decode(theirs)).isEqualTo(message);
            longer += theirs.length > ours.length ? 1 : 0;
        }
        assertThat(longer).as("messages with a field that is new").isPositive();
    }

    @Test
    void everyStoredEvent_isTheSameInBoth() {
        ArbitraryValues arbitrary = new ArbitraryValues(8);
        int longer = 0;

        for (int i = 0; i < VALUES; i++) {
            DurableEvent event = arbitrary.of(DurableEvent.class);
            byte[] ours = EventWire.encode(event);
            byte[] theirs = throughNext("EventWire", DurableEvent.class, ours);

            assertThat(EventWire.decode(theirs)).isEqualTo(event);
            longer += theirs.length > ours.length ? 1 : 0;
        }
        assertThat(longer).as("events with a field that is new").isPositive();
    }

    @Test
    void valueThatIsNewInAnEnum_isRefusedByName() {
        // STOP { epoch 1, incarnation 1, reason 900 } as the next build would write it
        var stop =
                dev.orrery.protocol.wire.proto.StopForm.newBuilder()
                        .setEpoch(1)
                        .setIncarnation(1)
                        .setReasonValue(900);
        byte[] bytes =
                dev.orrery.protocol.wire.proto.Envelope.newBuilder()
                        .setVersion(1)
                        .setStop(stop)
                        .build()
                        .toByteArray();

        assertThatThrownBy(() -> Wire.decode(bytes))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("that this version knows");
    }
}
