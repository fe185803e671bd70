package dev.orrery.api.logs;

import dev.orrery.api.Call;
import dev.orrery.store.LogFiles.GapException;

import io.vertx.core.Future;

/** Says how many bytes of a log a master has, to whoever ships the rest. */
public final class LogAnswer {

    /** The header with the number. */
    public static final String BYTES = "x-orrery-log-bytes";

    private LogAnswer() {}

    /** The piece begins beyond what is here. */
    public static Future<Void> gap(Call call, GapException gap) {
        return bytes(call, 409, gap.sizeBytes());
    }

    /** So much is here. */
    public static Future<Void> bytes(Call call, int status, long bytes) {
        call.response().putHeader(BYTES, Long.toString(bytes));
        return call.empty(status);
    }
}
