package dev.orrery.store.backup;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The block before each file of a tar archive (POSIX ustar), of which we use name and size.
 *
 * <p>A size from 8 GiB on is written in base 256, as GNU tar and all others of today read it.
 */
record TarHeader(String name, long size) {

    static final int BLOCK_BYTES = 512;

    private static final int NAME_BYTES = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_BYTES = 12;
    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_BYTES = 8;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final long OCTAL_SIZE_MAX = 0_77777777777L;
    private static final byte BASE_256 = (byte) 0x80;

    TarHeader {
        if (name.getBytes(StandardCharsets.UTF_8).length > NAME_BYTES) {
            throw new IllegalArgumentException("a name in an archive is too long: " + name);
        }
    }

    byte[] encode() {
        byte[] block = new byte[BLOCK_BYTES];
        put(block, 0, name);
        put(block, 100, "0000600\0");
        put(block, 108, "0000000\0");
        put(block, 116, "0000000\0");
        if (size <= OCTAL_SIZE_MAX) {
            put(block, SIZE_AT, "%011o\0".formatted(size));
        } else {
            block[SIZE_AT] = BASE_256;
            for (int i = 0; i < Long.BYTES; i++) {
                block[SIZE_AT + SIZE_BYTES - 1 - i] = (byte) (size >>> (8 * i));
            }
        }
        put(block, 136, "00000000000\0");
        block[TYPE_AT] = '0';
        put(block, MAGIC_AT, "ustar\00000");
        put(block, CHECKSUM_AT, "%06o\0 ".formatted(checksum(block)));
        return block;
    }

    static TarHeader decode(byte[] block) throws DamagedBackupException {
        if (!text(block, MAGIC_AT, 5).equals("ustar")
                || number(block, CHECKSUM_AT, CHECKSUM_BYTES) != checksum(block)
                || block[TYPE_AT] != '0') {
            throw new DamagedBackupException("this is no backup, or it is damaged");
        }
        long size = size(block);
        if (size < 0) {
            throw new DamagedBackupException("the backup is damaged: a file has no size");
        }
        return new TarHeader(text(block, 0, NAME_BYTES), size);
    }

    static boolean isEnd(byte[] block) {
        return Arrays.equals(block, new byte[BLOCK_BYTES]);
    }

    private static long size(byte[] block) throws DamagedBackupException {
        if (block[SIZE_AT] != BASE_256) {
            return number(block, SIZE_AT, SIZE_BYTES);
        }
        long size = 0;
        for (int i = SIZE_BYTES - Long.BYTES; i < SIZE_BYTES; i++) {
            size = size << 8 | (block[SIZE_AT + i] & 0xff);
        }
        return size;
    }

    private static long number(byte[] block, int at, int length) throws DamagedBackupException {
        try {
            return Long.parseLong(text(block, at, length).strip(), 8);
        } catch (NumberFormatException e) {
            throw new DamagedBackupException("this is no backup, or it is damaged");
        }
    }

    private static String text(byte[] block, int at, int lengthMax) {
        int end = at;
        while (end < at + lengthMax && block[end] != 0) {
            end++;
        }
        return new String(block, at, end - at, StandardCharsets.UTF_8);
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    /** The sum of all bytes, those of the sum itself taken for spaces. */
    private static long checksum(byte[] block) {
        long sum = 0;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            boolean own = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_BYTES;
            sum += own ? ' ' : block[i] & 0xff;
        }
        return sum;
    }
}
