package dev.orrery.cli.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/** What only calls of the C library tell; of 64-bit Linux. */
final class Kernel {

    private static final long TIMEX_BYTES = 256;
    private static final long STATVFS_BYTES = 256;

    /** Where struct statvfs has f_files and f_favail. */
    private static final long FILES_AT = 5L * Long.BYTES;

    private static final long FILES_FREE_AT = 7L * Long.BYTES;

    private Kernel() {}

    /** Inodes of a file system; both are 0 where it has no such bound. */
    record Inodes(long all, long free) {}

    static boolean has(String function) {
        return Linker.nativeLinker().defaultLookup().find(function).isPresent();
    }

    /** What {@code adjtimex} gives when it is only asked. */
    static Optional<Integer> clockState() {
        return handle("adjtimex", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                .map(adjtimex -> {
                    try (Arena arena = Arena.ofConfined()) {
                        return (int) adjtimex.invokeExact(arena.allocate(TIMEX_BYTES, 8));
                    } catch (Throwable e) {
                        throw new IllegalStateException(e);
                    }
                })
                .filter(state -> state >= 0);
    }

    static Optional<Inodes> inodes(Path path) {
        return handle(
                        "statvfs",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                .flatMap(statvfs -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment found = arena.allocate(STATVFS_BYTES, 8);
                        int result =
                                (int)
                                        statvfs.invokeExact(
                                                arena.allocateFrom(path.toString()), found);
                        return result != 0
                                ? Optional.empty()
                                : Optional.of(
                                        new Inodes(
                                                found.get(ValueLayout.JAVA_LONG, FILES_AT),
                                                found.get(ValueLayout.JAVA_LONG, FILES_FREE_AT)));
                    } catch (Throwable e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> handle(String function, FunctionDescriptor shape) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find(function)
                .map(address -> linker.downcallHandle(address, shape));
    }
}
