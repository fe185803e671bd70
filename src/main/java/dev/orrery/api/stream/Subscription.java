package dev.orrery.api.stream;

import io.vertx.core.Context;

/** A client's hold on a topic; its methods may be called from any thread. */
final class Subscription {
    private final Context context;
    private final Runnable pump;
    private final Runnable leave;

    Subscription(Context context, Runnable pump, Runnable leave) {
        this.context = context;
        this.pump = pump;
        this.leave = leave;
    }

    /** The client has room again. */
    void resume() {
        context.runOnContext(_ -> pump.run());
    }

    /** The client wants no more. */
    void cancel() {
        context.runOnContext(_ -> leave.run());
    }
}
