package dev.orrery.node.enrol;

import dev.orrery.config.Settings;
import dev.orrery.store.PrivateFiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code DIR/tls}: certificates that nobody had to make, for the owner only. */
record TlsFiles(Path data) {

    Path directory() {
        return data.resolve("tls");
    }

    /** The certificate of the authority. */
    Path authority() {
        return directory().resolve("authority.pem");
    }

    /** The key of the authority, which only a master has. */
    Path authorityKey() {
        return directory().resolve("authority.key");
    }

    /** The chain of the node. */
    Path node() {
        return directory().resolve("node.pem");
    }

    Path nodeKey() {
        return directory().resolve("node.key");
    }

    /** What an enrolled node was told of its cluster. */
    Path cluster() {
        return directory().resolve("cluster.json");
    }

    void prepare() throws IOException {
        PrivateFiles.directory(directory());
    }

    boolean hasNode() {
        return Files.exists(node()) && Files.exists(nodeKey()) && Files.exists(authority());
    }

    Settings.Tls tls() {
        return new Settings.Tls(node(), nodeKey(), authority());
    }
}
