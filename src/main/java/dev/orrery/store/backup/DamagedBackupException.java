package dev.orrery.store.backup;

import java.io.IOException;

/** A file that is no backup, not a whole one, or not the one that was written. */
public final class DamagedBackupException extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedBackupException(String message) {
        super(message);
    }
}
