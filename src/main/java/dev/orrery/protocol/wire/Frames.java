package dev.orrery.protocol.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;

import java.time.DateTimeException;
import java.util.function.Function;

/** The outermost step of decoding, where every fault becomes a {@link WireException}. */
final class Frames {

    private Frames() {}

    static <F, T> T decode(byte[] bytes, Parser<F> parser, Function<F, T> value) {
        try {
            return value.apply(parse(bytes, parser));
        } catch (WireException refused) {
            throw refused;
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException refused) {
            throw new WireException("the bytes hold a value outside its bounds", refused);
        }
    }

    static void checkVersion(int version, int known) {
        if (version != known) {
            throw new WireException(
                    "version " + known + " of the wire form is known, not " + version);
        }
    }

    /** Lets byte fields share the array until {@link ModelWire#bytes} copies what it needs. */
    private static <F> F parse(byte[] bytes, Parser<F> parser) {
        try {
            CodedInputStream input = CodedInputStream.newInstance(bytes);
            input.enableAliasing(true);
            F form = parser.parseFrom(input);
            input.checkLastTagWas(0);
            return form;
        } catch (InvalidProtocolBufferException damaged) {
            throw new WireException("the bytes are damaged", damaged);
        }
    }
}
