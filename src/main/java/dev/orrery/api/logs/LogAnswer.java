package dev.orrery.api.logs;

import dev.orrery.api.Call;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;
import dev.orrery.store.LogFiles.GapException;

import io.vertx.core.Future;

/** Says how many bytes of a log a master has, to whoever ships the rest. */
public final class LogAnswer {

    /** The header with the number. */
    public static final String BYTES = "x-orrery-log-bytes";

    private LogAnswer() {}

    /** So much is here. */
    public static Future<Void> bytes(Call call, int status, long bytes) {
        call.response().putHeader(BYTES, Long.toString(bytes));
        return call.empty(status);
    }

    /** The refusal of a piece that begins beyond what is here, or the failure as it is. */
    public static <T> Future<T> refused(Call call, Throwable failure) {
        if (!(failure instanceof GapException gap)) {
            return Future.failedFuture(failure);
        }
        call.response().putHeader(BYTES, Long.toString(gap.sizeBytes()));
        return Future.failedFuture(
                Refusal.of(
                        ProblemCode.CONFLICT,
                        "the piece begins beyond the " + gap.sizeBytes() + " bytes that are here",
                        "ship again from there"));
    }
}
