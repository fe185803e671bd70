package dev.orrery.config;

import java.util.List;
import java.util.regex.Pattern;

/** The keys of {@code compat}. */
final class CompatKeys {

    private static final Pattern API = Pattern.compile("orion|simple");

    static final SettingKey<List<String>> ENABLE =
            new SettingKey<>(
                    "compat.enable",
                    SettingKind.list("orion, simple", API),
                    "",
                    "Interfaces of other systems to serve. Any local user can then run code.");

    static final SettingKey<Long> ORION_MEMORY_MAX =
            new SettingKey<>(
                    "compat.orionMemoryMax",
                    SettingKind.size("0B", "1024PiB"),
                    "2GB",
                    "The most MEMORY that a task of ORION may ask for.");

    static final SettingKey<Long> ORION_STORAGE_MAX =
            new SettingKey<>(
                    "compat.orionStorageMax",
                    SettingKind.size("0B", "1024PiB"),
                    "3GB",
                    "The most STORAGE that a task of ORION may ask for.");

    static final List<SettingKey<?>> ALL = List.of(ENABLE, ORION_MEMORY_MAX, ORION_STORAGE_MAX);

    private CompatKeys() {}
}
