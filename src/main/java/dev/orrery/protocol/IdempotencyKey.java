package dev.orrery.protocol;

/**
 * What makes a repeated submission the same one.
 *
 * @param key as the client sent it
 * @param bodyHash SHA-256, in hexadecimal digits, of what was submitted
 */
public record IdempotencyKey(String key, String bodyHash) {}
