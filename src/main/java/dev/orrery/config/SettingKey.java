package dev.orrery.config;

import java.util.Locale;

/**
 * One thing that can be set.
 *
 * @param name its place in the tree, with dots
 * @param fallback what holds when nobody sets it, as it would be written
 * @param meaning one sentence for people
 */
record SettingKey<T>(String name, SettingKind<T> kind, String fallback, String meaning) {

    /** The environment variable that sets it. */
    String variable() {
        return SettingKeys.VARIABLE_PREFIX
                + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    T read(RawValue value) {
        return kind.reader().read(value);
    }

    T fallbackValue() {
        return read(new RawValue.Scalar(fallback));
    }
}
