package dev.orrery.api.backup;

import dev.orrery.api.Access;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.ResponseBody;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;
import dev.orrery.store.StoreException;
import dev.orrery.store.backup.Backup;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Streams a backup, one at a time.
 *
 * <p>On a thread of its own: reading all tables keeps a core busy for as long as it takes, and a
 * virtual thread would keep others from running.
 */
public final class BackupRoutes implements RouteSet {

    private static final int PIECE_BYTES = 128 * 1024;

    private final Backup.Source source;
    private final Blocking thread;
    private final AtomicBoolean running = new AtomicBoolean();

    /** A route that copies the source. */
    public BackupRoutes(Vertx vertx, Backup.Source source) {
        this.source = source;
        this.thread =
                new Blocking(
                        vertx,
                        work -> Thread.ofPlatform().daemon().name("orrery-backup").start(work));
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/api/v1/backup", Access.ADMIN, this::backup);
    }

    private Future<?> backup(Call call) {
        call.query(List.of());
        if (call.principal().namespace().isPresent()) {
            throw Refusal.of(
                    ProblemCode.FORBIDDEN,
                    "a backup holds all namespaces, and your token is of one",
                    "use an administrator's token without a namespace");
        }
        if (!running.compareAndSet(false, true)) {
            throw Refusal.of(
                    ProblemCode.CONFLICT,
                    "a backup of this node is being taken",
                    "wait until that one ends");
        }
        call.response().setChunked(true).putHeader("content-type", "application/x-tar");
        ResponseBody body = new ResponseBody(call);
        return thread.call(
                        () -> {
                            write(body);
                            return true;
                        })
                .eventually(() -> {
                    running.set(false);
                    return Future.succeededFuture();
                })
                .compose(_ -> call.response().end());
    }

    private void write(ResponseBody body) throws IOException, SQLException, StoreException {
        try (Backup backup = Backup.begin(source);
                OutputStream out = new BufferedOutputStream(new Pieces(body), PIECE_BYTES)) {
            backup.writeTo(out);
        }
    }

    /** The body as a stream, which waits for the client. */
    private static final class Pieces extends OutputStream {

        private final ResponseBody body;

        Pieces(ResponseBody body) {
            this.body = body;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                body.write(Buffer.buffer(length).appendBytes(bytes, offset, length));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the node stops");
            }
        }
    }
}
