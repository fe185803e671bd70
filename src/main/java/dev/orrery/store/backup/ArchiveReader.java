package dev.orrery.store.backup;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/** The files of an archive in their order, each of which the reader digests while it is read. */
final class ArchiveReader {

    private static final String CUT_OFF =
            "the backup is cut off: its download or copy did not end; take it again";

    private final InputStream in;

    ArchiveReader(InputStream in) {
        this.in = in;
    }

    /** The next file; empty at the end. The one before it must have been read to its end. */
    Optional<Content> next() throws IOException {
        byte[] block = in.readNBytes(TarHeader.BLOCK_BYTES);
        if (block.length < TarHeader.BLOCK_BYTES) {
            throw new DamagedBackupException(CUT_OFF);
        }
        if (TarHeader.isEnd(block)) {
            return Optional.empty();
        }
        TarHeader header = TarHeader.decode(block);
        return Optional.of(new Content(header.name(), header.size()));
    }

    /** The bytes of one file. */
    final class Content extends InputStream {

        private final String name;
        private final long size;
        private final MessageDigest digest = Manifest.sha256();
        private long rest;

        private Content(String name, long size) {
            this.name = name;
            this.size = size;
            this.rest = size;
        }

        String name() {
            return name;
        }

        /** How many bytes it has, read or not. */
        long size() {
            return size;
        }

        /** What the manifest must say; reads what is left, and what fills up the last block. */
        Manifest.Line end() throws IOException {
            transferTo(nullOutputStream());
            if (in.readNBytes(ArchiveWriter.padding(size)).length < ArchiveWriter.padding(size)) {
                throw new DamagedBackupException(CUT_OFF);
            }
            return new Manifest.Line(name, size, HexFormat.of().formatHex(digest.digest()));
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (rest == 0) {
                return length == 0 ? 0 : -1;
            }
            int read = in.read(bytes, offset, (int) Math.min(rest, length));
            if (read < 0) {
                throw new DamagedBackupException(CUT_OFF);
            }
            digest.update(bytes, offset, read);
            rest -= read;
            return read;
        }

        private static java.io.OutputStream nullOutputStream() {
            return java.io.OutputStream.nullOutputStream();
        }
    }
}
