package dev.orrery.store.backup;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Files one after another as a tar archive, each noted in the manifest, which comes last. */
final class ArchiveWriter {

    private static final int PIECE_BYTES = 64 * 1024;

    private final OutputStream out;
    private final Manifest.Writer manifest;
    private final byte[] piece = new byte[PIECE_BYTES];

    ArchiveWriter(OutputStream out, Manifest.Writer manifest) {
        this.out = out;
        this.manifest = manifest;
    }

    /** Says that we are still there; readers pass over it. */
    void alive() throws IOException {
        out.write(new TarHeader(Manifest.ALIVE, 0).encode());
        out.flush();
    }

    void add(String name, byte[] content) throws IOException {
        add(name, content.length, new ByteArrayInputStream(content));
    }

    void add(String name, Path file) throws IOException {
        try (InputStream content = Files.newInputStream(file)) {
            add(name, Files.size(file), content);
        }
    }

    /** Adds the first {@code size} bytes of the content. */
    void add(String name, long size, InputStream content) throws IOException {
        MessageDigest digest = Manifest.sha256();
        write(name, size, content, digest);
        manifest.note(new Manifest.Line(name, size, HexFormat.of().formatHex(digest.digest())));
    }

    /** Ends the archive with the manifest. */
    void finish(Manifest.End end) throws IOException {
        Path file = manifest.finish(end);
        try (InputStream content = Files.newInputStream(file)) {
            write(Manifest.NAME, Files.size(file), content, Manifest.sha256());
        }
        out.write(new byte[2 * TarHeader.BLOCK_BYTES]);
        out.flush();
    }

    private void write(String name, long size, InputStream content, MessageDigest digest)
            throws IOException {
        out.write(new TarHeader(name, size).encode());
        long rest = size;
        while (rest > 0) {
            int read = content.read(piece, 0, (int) Math.min(rest, piece.length));
            if (read < 0) {
                throw new EOFException(name + " became shorter while it was read");
            }
            digest.update(piece, 0, read);
            out.write(piece, 0, read);
            rest -= read;
        }
        out.write(new byte[padding(size)]);
    }

    static int padding(long size) {
        return (int) (-size & (TarHeader.BLOCK_BYTES - 1));
    }

    /** The bytes of a text. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
