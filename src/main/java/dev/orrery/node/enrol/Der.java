package dev.orrery.node.enrol;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;

/** Writes the distinguished encoding (X.690) of the few types that a certificate is made of. */
final class Der {
    private static final int YEAR_OF_LONG_TIME = 2050;
    private static final DateTimeFormatter SHORT_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter LONG_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(0x30, concat(parts));
    }

    static byte[] set(byte[]... parts) {
        return tagged(0x31, concat(parts));
    }

    static byte[] truth() {
        return tagged(0x01, new byte[] {(byte) 0xff});
    }

    static byte[] integer(BigInteger value) {
        return tagged(0x02, value.toByteArray());
    }

    static byte[] octets(byte[] content) {
        return tagged(0x04, content);
    }

    static byte[] text(String text) {
        return tagged(0x0c, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bits, of which the last so many of the last octet do not count. */
    static byte[] bits(int unused, byte... content) {
        return tagged(0x03, concat(new byte[] {(byte) unused}, content));
    }

    /** An identifier such as {@code 2.5.4.3}. */
    static byte[] identifier(String dotted) {
        long[] arcs = Arrays.stream(dotted.split("\\.")).mapToLong(Long::parseLong).toArray();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write((int) (arcs[0] * 40 + arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            int shift = 63;
            while (shift > 0 && arcs[i] >>> shift == 0) {
                shift -= 7;
            }
            for (; shift > 0; shift -= 7) {
                content.write((int) (((arcs[i] >>> shift) & 0x7f) | 0x80));
            }
            content.write((int) (arcs[i] & 0x7f));
        }
        return tagged(0x06, content.toByteArray());
    }

    /** A moment as certificates have it: two digits of the year before 2050, four from then on. */
    static byte[] time(Instant at) {
        boolean isLong = at.atOffset(ZoneOffset.UTC).getYear() >= YEAR_OF_LONG_TIME;
        String text = (isLong ? LONG_TIME : SHORT_TIME).format(at);
        return tagged(isLong ? 0x18 : 0x17, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A value under a tag of its context. */
    static byte[] explicit(int tag, byte[] value) {
        return tagged(0xa0 | tag, value);
    }

    /** A primitive content under a tag of its context. */
    static byte[] implicit(int tag, byte[] content) {
        return tagged(0x80 | tag, content);
    }

    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            byte[] length = BigInteger.valueOf(content.length).toByteArray();
            int sign = length[0] == 0 ? 1 : 0;
            out.write(0x80 | (length.length - sign));
            out.write(length, sign, length.length - sign);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
