package dev.orrery.api.stream;

import dev.orrery.api.Authenticator;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Principal;

import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

import java.util.Optional;

/** One WebSocket conversation of the protocol {@code orrery.v1}; lives on its own context. */
final class WebSocketSession implements Mailbox.Sink {
    static final short UNAUTHENTICATED = 4001;
    static final short TOO_SLOW = 4008;
    static final short RESTART = 1012;

    private static final short UNSUPPORTED = 1003;
    private static final short BROKEN = 1002;
    private static final short TOO_LARGE = 1009;
    private static final short GOING_AWAY = 1001;
    private static final long AUTH_MILLIS = 5_000;
    private static final long LAST_WRITE_MILLIS = 2_000;

    private final Session.Surroundings around;
    private final Authenticator authenticator;
    private final Context context;
    private final ServerWebSocket socket;
    private final Runnable closed;
    private Optional<Session> session = Optional.empty();
    private Future<Void> lastWrite = Future.succeededFuture();
    private boolean isEnding;
    private boolean heard = true;
    private long authTimer = -1;
    private long pingTimer = -1;

    WebSocketSession(
            Session.Surroundings around,
            Authenticator authenticator,
            Context context,
            ServerWebSocket socket,
            Runnable closed) {
        this.around = around;
        this.authenticator = authenticator;
        this.context = context;
        this.socket = socket;
        this.closed = closed;
    }

    /** Begins the conversation; the client may have said who it is already. */
    void start(Optional<Session.Client> known) {
        socket.textMessageHandler(this::message);
        socket.binaryMessageHandler(_ -> end(UNSUPPORTED, "text only"));
        socket.pongHandler(_ -> heard = true);
        socket.drainHandler(_ -> session.ifPresent(s -> s.mailbox().flush()));
        socket.exceptionHandler(this::unreadable);
        socket.closeHandler(_ -> closed());
        long pingMillis = around.limits().streamPing().toMillis();
        pingTimer = context.owner().setPeriodic(pingMillis, _ -> ping());
        if (known.isPresent()) {
            welcome(known.get().principal(), known.get().token());
        } else {
            authTimer =
                    context.owner()
                            .setTimer(AUTH_MILLIS, _ -> end(UNAUTHENTICATED, "no token came"));
        }
    }

    private void unreadable(Throwable cause) {
        boolean isFrame = cause instanceof CorruptedWebSocketFrameException;
        end(isFrame ? BROKEN : TOO_LARGE, isFrame ? "no frame" : "the message is too large");
    }

    /** Whether it is open, and its client has yet to say who it is. */
    boolean isStranger() {
        return session.isEmpty() && !socket.isClosed();
    }

    /** Whether it comes from this network address. */
    boolean isFrom(String address) {
        return address.equals(socket.remoteAddress().hostAddress());
    }

    /** Once what was sent is on its way: a close frame overtakes what waits for the connection. */
    void end(short code, String reason) {
        if (isEnding || socket.isClosed()) {
            return;
        }
        isEnding = true;
        long timer = context.owner().setTimer(LAST_WRITE_MILLIS, _ -> close(code, reason));
        lastWrite.onComplete(_ -> {
            context.owner().cancelTimer(timer);
            close(code, reason);
        });
    }

    private void close(short code, String reason) {
        if (!socket.isClosed()) {
            socket.close(code, reason);
        }
    }

    @Override
    public boolean isFull() {
        return isOpen() && socket.writeQueueFull();
    }

    private boolean isOpen() {
        return !isEnding && !socket.isClosed();
    }

    /** Nothing may follow a close, whoever began it. */
    @Override
    public void send(Frame frame) {
        if (isOpen()) {
            lastWrite = socket.writeTextMessage(frame.json());
        }
    }

    @Override
    public void hasRoomAgain() {
        session.ifPresent(Session::resume);
    }

    @Override
    public void giveUp() {
        session.ifPresent(Session::close);
        end(TOO_SLOW, "too slow; subscribe again from where you were");
    }

    private void message(String text) {
        heard = true;
        if (isEnding) {
            return;
        }
        try {
            ClientOp op = ClientOp.parse(text);
            if (session.isPresent()) {
                handle(session.get(), op);
            } else {
                authenticate(op);
            }
        } catch (Refusal refusal) {
            Frame error = Frame.error(Optional.empty(), refusal.problem());
            session.ifPresentOrElse(s -> s.deliver(error), () -> send(error));
        }
    }

    private void handle(Session open, ClientOp op) {
        switch (op) {
            case ClientOp.Subscribe subscribe ->
                    open.subscribe(subscribe.topic(), subscribe.after(), subscribe.start());
            case ClientOp.Unsubscribe(String topic) -> open.unsubscribe(topic);
            case ClientOp.Ping() -> open.deliver(Frame.control("pong", _ -> {}));
            case ClientOp.Auth _ ->
                    throw Refusal.ofField(
                            ProblemCode.CONFLICT,
                            "op",
                            "you have said who you are",
                            "open another connection for another token");
        }
    }

    /** What a client says behind its token waits until the token is known. */
    private void authenticate(ClientOp op) {
        if (!(op instanceof ClientOp.Auth(String token))) {
            end(UNAUTHENTICATED, "say who you are first");
            return;
        }
        socket.pause();
        authenticator
                .authenticate(token)
                .onSuccess(principal ->
                        principal.ifPresentOrElse(
                                known -> welcome(known, Optional.of(token)),
                                () -> end(UNAUTHENTICATED, "the token is not known")))
                .onFailure(_ -> end(RESTART, "no master answers"));
    }

    private void welcome(Principal principal, Optional<String> token) {
        context.owner().cancelTimer(authTimer);
        if (!isOpen()) {
            return;
        }
        Session open = new Session(around, new Session.Client(context, principal, token), this);
        session = Optional.of(open);
        open.deliver(Frame.welcome(principal));
        socket.resume();
    }

    /** A client that was not heard since the last ping, or takes nothing, is not there. */
    private void ping() {
        if (session.isPresent() && session.get().mailbox().isStuck()) {
            giveUp();
        } else if (!heard) {
            end(GOING_AWAY, "no answer to a ping");
        } else if (isOpen()) {
            heard = false;
            socket.writePing(Buffer.buffer());
        }
    }

    private void closed() {
        context.owner().cancelTimer(authTimer);
        context.owner().cancelTimer(pingTimer);
        session.ifPresent(Session::close);
        closed.run();
    }
}
