package dev.orrery.node;

import dev.orrery.config.Settings;
import dev.orrery.model.Namespace;
import dev.orrery.protocol.Principal;
import dev.orrery.store.CentralStore;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.sqlite.SqliteStore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** What a master keeps on disk, opened: the store, the blobs, the logs, and the admin token. */
record MasterParts(Store store, CentralStore blobs, LogFiles logs) implements AutoCloseable {

    private static final int TOKEN_BYTES = 32;

    static MasterParts open(Settings settings, NodeFiles files) throws StoreException, IOException {
        Path data = settings.server().data();
        Store store = SqliteStore.open(data, settings.storage());
        try {
            CentralStore blobs = Components.centralStore(settings.storage(), data, store.jobs());
            LogFiles logs = new FileLogFiles(data);
            giveAdminToken(store, files.adminToken());
            return new MasterParts(store, blobs, logs);
        } catch (StoreException | IOException | RuntimeException fault) {
            store.close();
            throw fault;
        }
    }

    /** The key under which attempts' tokens are minted. */
    byte[] attemptKey() throws StoreException {
        return store.tokens().secret("attempts");
    }

    /** Makes the first token of a new store; an existing file that the store knows stays. */
    private static void giveAdminToken(Store store, Path file) throws StoreException, IOException {
        if (Files.exists(file)) {
            String text = Files.readString(file).strip();
            if (store.tokens().find(sha256(text), Instant.now()).isPresent()) {
                return;
            }
        }
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String text = "orr_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        store.tokens().revoke("admin");
        store.tokens()
                .add(
                        sha256(text),
                        new Principal("admin", Principal.Role.ADMIN, Optional.<Namespace>empty()),
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
        logs.close();
        blobs.close();
        store.close();
    }
}
