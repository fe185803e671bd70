package dev.orrery.node;

import dev.orrery.config.Settings;
import dev.orrery.model.Namespace;
import dev.orrery.protocol.Principal;
import dev.orrery.store.CentralStore;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.postgres.PostgresStore;
import dev.orrery.store.sqlite.SqliteStore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * What a master keeps on disk, opened: the store, the blobs, the logs, and the admin token.
 *
 * @param id of its data directory, the same after every restart
 */
record MasterParts(UUID id, Store store, MasterBytes bytes) implements AutoCloseable {

    /** Of a store that one master has to itself. */
    private static final String ADMIN = "admin";

    /** Of the master's id, in the name of its own token in a store that it shares. */
    private static final int ID_DIGITS = 8;

    private static final int TOKEN_BYTES = 32;

    static MasterParts open(Settings settings, NodeFiles files) throws StoreException, IOException {
        Path data = settings.server().data();
        Optional<Settings.Database> database = settings.storage().database();
        Store store = open(data, settings.storage());
        try {
            UUID id = files.masterId();
            String admin = database.isPresent() ? adminOf(id.toString()) : ADMIN;
            giveAdminToken(store, admin, files.adminToken());
            return new MasterParts(id, store, MasterBytes.open(settings, id.toString(), store));
        } catch (StoreException | IOException | RuntimeException fault) {
            store.close();
            throw fault;
        }
    }

    /** The name of a master's own token, in a store that it shares. */
    static String adminOf(String id) {
        return ADMIN + "-" + id.substring(0, ID_DIGITS);
    }

    private static Store open(Path data, Settings.Storage settings) throws StoreException {
        return settings.database().isPresent()
                ? PostgresStore.open(
                        data,
                        settings.database().get(),
                        settings.idempotencyTtl(),
                        InstantSource.system())
                : SqliteStore.open(data, settings);
    }

    CentralStore blobs() {
        return bytes.blobs();
    }

    LogFiles logs() {
        return bytes.logs();
    }

    /** The key under which attempts' tokens are minted. */
    byte[] attemptKey() throws StoreException {
        return store.tokens().secret("attempts");
    }

    /** Makes the first token of a new store; an existing file that the store knows stays. */
    private static void giveAdminToken(Store store, String name, Path file)
            throws StoreException, IOException {
        if (Files.exists(file)) {
            String text = Files.readString(file).strip();
            if (store.tokens().find(sha256(text), Instant.now()).isPresent()) {
                return;
            }
        }
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String text = "orr_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        store.tokens().revoke(name);
        store.tokens()
                .add(
                        sha256(text),
                        new Principal(name, Principal.Role.ADMIN, Optional.<Namespace>empty()),
                        Instant.now(),
                        Optional.empty());
        NodeFiles.write(file, text + "\n");
    }

    private static String sha256(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java runtime has SHA-256", missing);
        }
    }

    @Override
    public void close() {
        try (store;
                bytes) {
            // Closes in reverse order, each whatever becomes of the other.
        }
    }
}
