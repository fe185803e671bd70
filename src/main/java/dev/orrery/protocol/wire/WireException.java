package dev.orrery.protocol.wire;

/** Bytes that are no message or event of a version that we know. */
public final class WireException extends IllegalArgumentException {

    WireException(String rule) {
        super(rule);
    }

    WireException(String rule, Throwable cause) {
        super(rule, cause);
    }

    /** The bytes name no alternative, or one that only a later version knows. */
    static WireException unknown(String what) {
        return new WireException("the bytes hold no " + what + " that this version knows");
    }
}
