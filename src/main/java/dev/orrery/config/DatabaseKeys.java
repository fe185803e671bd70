package dev.orrery.config;

import static dev.orrery.config.SettingKind.duration;
import static dev.orrery.config.SettingKind.optionalPath;
import static dev.orrery.config.SettingKind.text;
import static dev.orrery.config.SettingKind.unrepeated;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys of the database that several masters share, and of {@code leadership}. */
final class DatabaseKeys {

    private static final String HOST = "(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(?::\\d{1,5})?";

    /** No parameters: they could hold the password, or take the check of certificates away. */
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "|jdbc:postgresql://" + HOST + "(?:," + HOST + ")*/[A-Za-z0-9_.-]{1,63}");

    static final SettingKey<String> URL =
            new SettingKey<>(
                    "storage.url",
                    unrepeated("jdbc:postgresql://HOST:PORT/DATABASE without more", ADDRESS),
                    "",
                    "PostgreSQL that the masters share; empty keeps everything in server.data.");
    static final SettingKey<String> USER =
            new SettingKey<>(
                    "storage.user",
                    text("role name", Pattern.compile("[A-Za-z0-9_.@-]{1,63}")),
                    "orrery",
                    "Role to connect as.");
    static final SettingKey<Optional<Path>> PASSWORD_FILE =
            new SettingKey<>(
                    "storage.passwordFile",
                    optionalPath(),
                    "",
                    "File with the role's password, readable by its owner only (0600).");
    static final SettingKey<Optional<Path>> ROOT_CERT =
            new SettingKey<>(
                    "storage.rootCert",
                    optionalPath(),
                    "",
                    "PEM authorities of the server; required beyond loopback (verify-full).");
    static final SettingKey<Duration> LEADER_TTL =
            new SettingKey<>(
                    "leadership.ttl",
                    duration("1s", "1m"),
                    "4s",
                    "How long a master leads after its lease was last renewed.");
    static final SettingKey<Duration> LEADER_RENEW =
            new SettingKey<>(
                    "leadership.renew",
                    duration("100ms", "20s"),
                    "1s",
                    "Pause between two renewals; at most a third of leadership.ttl.");

    static final List<SettingKey<?>> LEADERSHIP = List.of(LEADER_TTL, LEADER_RENEW);

    private DatabaseKeys() {}
}
