package dev.orrery.api;

import dev.orrery.model.Namespace;
import dev.orrery.protocol.Principal;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Whoever asks a compatibility route from this machine without a token: a submitter of one
 * namespace.
 *
 * <p>The peer and the Host must both be loopback. A reverse proxy makes every peer loopback, so one
 * that passes its own Host on, or says that it forwards, is no guest.
 */
public final class Guest {
    /** The namespace of guests, and of jobs that came through a compatibility route. */
    public static final Namespace NAMESPACE = new Namespace("compat");

    static final Optional<Principal> PRINCIPAL =
            Optional.of(new Principal("compat", Principal.Role.SUBMITTER, Optional.of(NAMESPACE)));

    private static final List<String> FORWARDING =
            List.of("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip");

    private Guest() {}

    /** Whether the request is one of a guest; the perimeter has let it in. */
    static boolean is(HttpServerRequest request, Access access, Optional<String> token) {
        boolean welcome = access == Access.GUEST_VIEWER || access == Access.GUEST_SUBMITTER;
        return welcome
                && token.isEmpty()
                && request.getHeader("authorization") == null
                && FORWARDING.stream().noneMatch(request.headers()::contains)
                && isLocal(request.remoteAddress())
                && isLocal(request.authority());
    }

    private static boolean isLocal(@Nullable SocketAddress peer) {
        return peer != null && peer.hostAddress() != null && isLoopback(peer.hostAddress());
    }

    private static boolean isLocal(@Nullable HostAndPort authority) {
        return authority != null
                && (authority.host().equalsIgnoreCase("localhost") || isLoopback(authority.host()));
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.ofLiteral(address.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
