package dev.orrery.store.sqlite;

import java.nio.ByteBuffer;
import java.util.Base64;

/** The place in a list after which the next page begins: the arrival of the last row shown. */
record Cursor(long arrival) {

    /** In front of the arrival, so that another form can be told apart one day. */
    private static final byte FORM = 1;

    private static final int BYTES = 1 + Long.BYTES;

    /**
     * Reads what {@code toString} wrote.
     *
     * @throws IllegalArgumentException when it did not
     */
    static Cursor parse(String text) {
        String rule = "a cursor is what the page before gave as its next one";
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            throw new IllegalArgumentException(rule, notBase64);
        }
        if (bytes.length != BYTES || bytes[0] != FORM) {
            throw new IllegalArgumentException(rule);
        }
        return new Cursor(ByteBuffer.wrap(bytes, 1, Long.BYTES).getLong());
    }

    @Override
    public String toString() {
        byte[] bytes = ByteBuffer.allocate(BYTES).put(FORM).putLong(arrival).array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
