package dev.orrery.store.backup;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.store.LogFiles.Log;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The names of the files in a backup, which are those below the data directory. */
final class Contents {

    static final List<String> SMALL_FILES =
            List.of(
                    "admin.token",
                    "tls/authority.pem",
                    "tls/authority.key",
                    "tls/node.pem",
                    "tls/node.key");

    private static final Pattern BLOB = Pattern.compile("blobs/([0-9a-f]{2})/(\\1[0-9a-f]{62})");
    private static final Pattern LOG =
            Pattern.compile("logs/[0-9a-f]{2}/[0-9a-f-]{36}/[0-9.-]{3,50}\\.(out|err)");

    private Contents() {}

    static String blob(BlobId blob) {
        return "blobs/" + blob.sha256().substring(0, 2) + "/" + blob.sha256();
    }

    static String logs(JobId job) {
        String id = job.toString();
        return "logs/" + id.substring(id.length() - 2) + "/" + id;
    }

    /** What to call a log that has no file. */
    static String log(Log log) {
        return "%s, attempt %d, %s"
                .formatted(
                        logs(log.attempt().job()),
                        log.attempt().number(),
                        log.stream().name().toLowerCase(Locale.ROOT));
    }

    /** Whether a file of this name belongs into a data directory. */
    static boolean isKept(String name) {
        return SMALL_FILES.contains(name)
                || BLOB.matcher(name).matches()
                || LOG.matcher(name).matches();
    }

    /** Refuses a blob whose bytes are not those of its name. */
    static void check(Manifest.Line line) throws DamagedBackupException {
        if (BLOB.matcher(line.name()).matches() && !line.name().endsWith(line.sha256())) {
            throw new DamagedBackupException(
                    "the backup is damaged: " + line.name() + " is not what its name says");
        }
    }
}
