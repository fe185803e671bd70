package dev.orrery.node;

import dev.orrery.config.Settings;
import dev.orrery.model.Bytes;
import dev.orrery.node.work.TrustedTls;
import dev.orrery.store.CentralStore;
import dev.orrery.store.Copies;
import dev.orrery.store.FileLogFiles;
import dev.orrery.store.LogFiles;
import dev.orrery.store.SharedStore;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.replica.CopyRound;
import dev.orrery.store.replica.MasterToken;
import dev.orrery.store.replica.Replicas;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a master keeps blobs and logs: alone, in a directory that all masters share, or with copies
 * on other masters.
 *
 * @param sharesDirectory whether the other masters see the same files
 * @param own what is given to and taken from other masters, where there are copies
 */
record MasterBytes(CentralStore blobs, LogFiles logs, boolean sharesDirectory, Optional<Own> own)
        implements AutoCloseable {

    /**
     * The part of this master in the copies.
     *
     * @param key the masters' secret
     */
    record Own(Replicas replicas, Bytes key, CentralStore blobs, LogFiles logs) {

        /** What makes up for lost copies. */
        CopyRound round() {
            return replicas.round(blobs, logs);
        }
    }

    static MasterBytes open(Settings settings, String id, Store store)
            throws IOException, StoreException {
        Optional<Path> directory = settings.blobs().directory();
        Optional<Copies> copies = store.copies();
        if (copies.isPresent() && directory.isEmpty()) {
            return replicated(settings, id, store, copies.get());
        }
        Path place = directory.orElse(settings.server().data());
        CentralStore blobs = Components.centralStore(settings.storage(), place, store.jobs());
        return copies.isPresent()
                ? new MasterBytes(
                        new SharedStore(blobs), FileLogFiles.shared(place), true, Optional.empty())
                : new MasterBytes(blobs, new FileLogFiles(place), false, Optional.empty());
    }

    private static MasterBytes replicated(Settings settings, String id, Store store, Copies copies)
            throws IOException, StoreException {
        Bytes key = Bytes.copyOf(store.tokens().secret(MasterToken.SECRET));
        Replicas replicas =
                new Replicas(
                        store.masters(),
                        copies,
                        new Replicas.Part(
                                id,
                                settings.leadership().silence(),
                                settings.blobs().replicasMin(),
                                TrustedTls.of(settings.server().tls()),
                                key));
        Path data = settings.server().data();
        CentralStore blobs =
                Components.centralStore(
                        settings.storage(), data, replicas.references(store.jobs()));
        LogFiles logs = new FileLogFiles(data);
        return new MasterBytes(
                replicas.blobs(blobs, settings.storage().freeBytesMin()),
                replicas.logs(logs),
                false,
                Optional.of(new Own(replicas, key, blobs, logs)));
    }

    @Override
    public void close() {
        try (blobs;
                logs) {
            own.ifPresent(it -> it.replicas().close());
        }
    }
}
