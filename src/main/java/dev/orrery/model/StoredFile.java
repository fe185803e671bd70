package dev.orrery.model;

/**
 * A file that belongs to a job: an input it was given or an output it left.
 *
 * @param name a relative path of names with '/', for an input a plain name
 * @param sha256 the checksum of the content, in hexadecimal digits
 */
public record StoredFile(String name, long sizeBytes, String sha256, Content content) {}
