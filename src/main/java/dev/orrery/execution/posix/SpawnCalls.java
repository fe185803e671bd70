package dev.orrery.execution.posix;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The family of {@code posix_spawn}: one started program, its descriptors and its session. */
final class SpawnCalls {

    /** What must be there; the two that end in {@code _np} are missing on some systems. */
    static final List<String> NAMES =
            List.of(
                    "posix_spawn",
                    "posix_spawn_file_actions_init",
                    "posix_spawn_file_actions_destroy",
                    "posix_spawn_file_actions_adddup2",
                    "posix_spawn_file_actions_addopen",
                    "posix_spawn_file_actions_addclosefrom_np",
                    "posix_spawn_file_actions_addchdir_np",
                    "posix_spawnattr_init",
                    "posix_spawnattr_destroy",
                    "posix_spawnattr_setflags",
                    "posix_spawnattr_setsigdefault",
                    "posix_spawnattr_setsigmask");

    private static final short SETSIGDEF = 0x04;
    private static final short SETSIGMASK = 0x08;
    private static final short SETSID = 0x80;

    /* Larger than any C library's: glibc has 80 and 336 bytes, and 128 for a set of signals. */
    private static final int ACTIONS_BYTES = 256;
    private static final int ATTRIBUTES_BYTES = 1024;
    private static final int SIGNALS_BYTES = 128;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;

    private static final MethodHandle SPAWN =
            call("posix_spawn", POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);
    private static final MethodHandle ACTIONS_INIT = call("posix_spawn_file_actions_init", POINTER);
    private static final MethodHandle ACTIONS_DESTROY =
            call("posix_spawn_file_actions_destroy", POINTER);
    private static final MethodHandle ADD_DUP2 =
            call("posix_spawn_file_actions_adddup2", POINTER, INT, INT);
    private static final MethodHandle ADD_OPEN =
            call("posix_spawn_file_actions_addopen", POINTER, INT, POINTER, INT, INT);
    private static final MethodHandle ADD_CLOSE_FROM =
            call("posix_spawn_file_actions_addclosefrom_np", POINTER, INT);
    private static final MethodHandle ADD_CHDIR =
            call("posix_spawn_file_actions_addchdir_np", POINTER, POINTER);
    private static final MethodHandle ATTRIBUTES_INIT = call("posix_spawnattr_init", POINTER);
    private static final MethodHandle ATTRIBUTES_DESTROY = call("posix_spawnattr_destroy", POINTER);
    private static final MethodHandle SET_FLAGS = call("posix_spawnattr_setflags", POINTER, SHORT);
    private static final MethodHandle SET_DEFAULT =
            call("posix_spawnattr_setsigdefault", POINTER, POINTER);
    private static final MethodHandle SET_MASK =
            call("posix_spawnattr_setsigmask", POINTER, POINTER);

    /** What the started program reads and writes; a negative {@code in} means nothing to read. */
    record Descriptors(int in, int out, int err) {}

    private SpawnCalls() {}

    /**
     * Starts the program in a session of its own: its process number, or a negative error.
     *
     * @param scratch memory to write on
     */
    static int spawn(Launch launch, Descriptors descriptors, MemorySegment scratch) {
        try (Arena overflow = Arena.ofConfined()) {
            SegmentAllocator arena = inside(scratch, overflow);
            MemorySegment pid = arena.allocate(INT);
            MemorySegment actions = arena.allocate(ACTIONS_BYTES, 16);
            MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 16);
            check((int) ACTIONS_INIT.invokeExact(actions));
            check((int) ATTRIBUTES_INIT.invokeExact(attributes));
            try {
                direct(arena, actions, launch.directory(), descriptors);
                separate(arena, attributes);
                int error =
                        (int)
                                SPAWN.invokeExact(
                                        pid,
                                        text(arena, launch.program()),
                                        actions,
                                        attributes,
                                        texts(arena, launch.arguments()),
                                        texts(arena, launch.environment()));
                return error == 0 ? pid.get(INT, 0) : -error;
            } finally {
                int _ = (int) ACTIONS_DESTROY.invokeExact(actions);
                int _ = (int) ATTRIBUTES_DESTROY.invokeExact(attributes);
            }
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /** Takes from memory that is there already, and only when it is full from new memory. */
    private static SegmentAllocator inside(MemorySegment scratch, Arena overflow) {
        SegmentAllocator slices = SegmentAllocator.slicingAllocator(scratch);
        return (size, alignment) -> {
            try {
                return slices.allocate(size, alignment);
            } catch (IndexOutOfBoundsException full) {
                return overflow.allocate(size, alignment);
            }
        };
    }

    /** The working directory first, then 0, 1 and 2, then nothing else of ours. */
    private static void direct(
            SegmentAllocator arena, MemorySegment actions, Path directory, Descriptors descriptors)
            throws Throwable {
        check((int) ADD_CHDIR.invokeExact(actions, text(arena, directory.toString())));
        if (descriptors.in() < 0) {
            check((int) ADD_OPEN.invokeExact(actions, 0, text(arena, "/dev/null"), 0, 0));
        } else {
            check((int) ADD_DUP2.invokeExact(actions, descriptors.in(), 0));
        }
        check((int) ADD_DUP2.invokeExact(actions, descriptors.out(), 1));
        check((int) ADD_DUP2.invokeExact(actions, descriptors.err(), 2));
        check((int) ADD_CLOSE_FROM.invokeExact(actions, 3));
    }

    /** An own session, no signal blocked, every signal as it is by default. */
    private static void separate(SegmentAllocator arena, MemorySegment attributes)
            throws Throwable {
        MemorySegment none = arena.allocate(SIGNALS_BYTES, 8).fill((byte) 0);
        MemorySegment all = arena.allocate(SIGNALS_BYTES, 8).fill((byte) 0xff);
        check((int) SET_MASK.invokeExact(attributes, none));
        check((int) SET_DEFAULT.invokeExact(attributes, all));
        short flags = SETSIGDEF | SETSIGMASK | SETSID;
        check((int) SET_FLAGS.invokeExact(attributes, flags));
    }

    private static MemorySegment texts(SegmentAllocator arena, List<String> texts) {
        MemorySegment array = arena.allocate(POINTER, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(POINTER, i, text(arena, texts.get(i)));
        }
        array.setAtIndex(POINTER, texts.size(), MemorySegment.NULL);
        return array;
    }

    private static MemorySegment text(SegmentAllocator arena, String text) {
        return arena.allocateFrom(text, StandardCharsets.UTF_8);
    }

    private static void check(int error) {
        if (error != 0) {
            throw new IllegalStateException("a program cannot be prepared: errno " + error);
        }
    }

    private static MethodHandle call(String name, ValueLayout... arguments) {
        return Libc.handle(name, FunctionDescriptor.of(INT, arguments));
    }
}
