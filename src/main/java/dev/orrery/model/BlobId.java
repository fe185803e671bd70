package dev.orrery.model;

/** The name of stored bytes: their SHA-256 in 64 lower-case hexadecimal digits. */
public record BlobId(String sha256) implements Comparable<BlobId> {

    /** Refuses anything but 64 lower-case hexadecimal digits. */
    public BlobId {
        if (sha256.length() != 64 || !sha256.chars().allMatch(BlobId::isHexDigit)) {
            throw new IllegalArgumentException("a blob id is 64 lower-case hexadecimal digits");
        }
    }

    private static boolean isHexDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    @Override
    public int compareTo(BlobId other) {
        return sha256.compareTo(other.sha256);
    }

    @Override
    public String toString() {
        return sha256;
    }
}
