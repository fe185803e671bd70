package dev.orrery.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that writes every frame that its network namespace sends or receives to a file. */
@SuppressWarnings("restricted")
public final class Sniffer {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int EVERY_PROTOCOL = 0x0300;
    private static final int FRAME_BYTES_MAX = 1 << 17;

    private Sniffer() {}

    public static void main(String[] args) throws Throwable {
        MethodHandle open =
                function(
                        "socket", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        MethodHandle receive =
                Linker.nativeLinker()
                        .downcallHandle(
                                Linker.nativeLinker().defaultLookup().findOrThrow("recv"),
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.JAVA_INT));
        int socket = (int) open.invokeExact(AF_PACKET, SOCK_RAW, EVERY_PROTOCOL);
        if (socket < 0) {
            throw new IllegalStateException("a raw socket needs root");
        }
        try (Arena arena = Arena.ofConfined();
                OutputStream file =
                        new BufferedOutputStream(Files.newOutputStream(Path.of(args[0])), 1)) {
            MemorySegment frame = arena.allocate(FRAME_BYTES_MAX);
            new FileOutputStream(FileDescriptor.out).write("READY sniffer\n".getBytes(UTF_8));
            while (true) {
                long length = (long) receive.invokeExact(socket, frame, (long) FRAME_BYTES_MAX, 0);
                file.write(frame.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    private static MethodHandle function(String name, ValueLayout.OfInt... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow(name),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }
}
