package dev.orrery.store.postgres;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** PostgreSQL's programs, unpacked once a machine and user from the jar on the class path. */
final class PostgresBinaries {

    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

    private PostgresBinaries() {}

    /** The folder with {@code bin} in it. */
    static Path folder() throws IOException {
        try (InputStream archive = PostgresBinaries.class.getResourceAsStream(ARCHIVE)) {
            if (archive == null) {
                throw new IOException("not on the class path: " + ARCHIVE);
            }
            String user = System.getProperty("user.name");
            String name = "orrery-postgres-" + user + "-" + archive.available();
            Path folder = Path.of(System.getProperty("java.io.tmpdir"), name);
            if (!Files.isDirectory(folder)) {
                unpack(archive, folder);
            }
            return folder;
        }
    }

    /** Into a folder of its own, which is renamed when it is whole. */
    private static void unpack(InputStream archive, Path folder) throws IOException {
        Path next = Files.createTempDirectory(folder.getFileName() + "-");
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(
                        new XZCompressorInputStream(new BufferedInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                unpack(tar, entry, next.resolve(entry.getName()).normalize());
            }
        }
        try {
            Files.move(next, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException somebodyWasFaster) {
            if (!Files.isDirectory(folder)) {
                throw somebodyWasFaster;
            }
        }
    }

    private static void unpack(InputStream tar, TarArchiveEntry entry, Path file)
            throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, file);
        String mode = (entry.getMode() & 0100) == 0 ? "rw-r--r--" : "rwxr-xr-x";
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
