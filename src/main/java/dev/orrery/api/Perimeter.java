package dev.orrery.api;

import dev.orrery.api.json.Refusal;
import dev.orrery.config.Settings;
import dev.orrery.model.ProblemCode;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The checks that keep other people's web pages out: the Host header must be one of ours, which
 * stops DNS rebinding, and a browser must be on one of our pages.
 */
final class Perimeter {
    private final Set<String> hosts = new HashSet<>(List.of("localhost", "127.0.0.1", "::1"));
    private final Set<String> origins;

    Perimeter(Settings.Server server) {
        hosts.add(server.host().toLowerCase(Locale.ROOT));
        server.hosts().forEach(host -> hosts.add(host.toLowerCase(Locale.ROOT)));
        origins = Set.copyOf(server.origins());
    }

    /**
     * Lets a request pass or refuses it.
     *
     * @param open whether the route is open to everybody, so that a link may lead to it
     */
    void check(HttpServerRequest request, boolean open) {
        checkAuthority(request);
        HostAndPort authority = request.authority();
        if (authority == null || !hosts.contains(plain(authority.host()))) {
            throw Refusal.of(
                    ProblemCode.HOST_REFUSED,
                    "this Host is not served here",
                    "use localhost or the address of the node, or add the name to server.hosts");
        }
        Optional<String> origin = Optional.ofNullable(request.getHeader("origin"));
        if (origin.isPresent()) {
            if (!isOurs(origin.get(), request)) {
                throw foreign();
            }
            return;
        }
        String site = request.getHeader("sec-fetch-site");
        boolean ours = site == null || site.equals("same-origin") || site.equals("none");
        if (!ours && !(open && isLink(request))) {
            throw foreign();
        }
    }

    /** Two readers of a request that names two hosts may take it for two different ones. */
    private static void checkAuthority(HttpServerRequest request) {
        boolean isPath = request.uri().startsWith("/") || request.uri().equals("*");
        if (!isPath || request.headers().getAll(HttpHeaders.HOST).size() > 1) {
            request.response()
                    .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                    .endHandler(_ -> request.connection().close());
            throw Refusal.of(
                    ProblemCode.HOST_REFUSED,
                    "the request names a host beside its Host header",
                    "send a path, and one Host header");
        }
    }

    /** The configured origin that may read the answer, when the request comes from one. */
    Optional<String> corsOrigin(HttpServerRequest request) {
        return origins.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(request.getHeader("origin")).filter(origins::contains);
    }

    private boolean isOurs(String origin, HttpServerRequest request) {
        String own = request.scheme() + "://" + request.getHeader("host");
        return origins.contains(origin) || origin.equalsIgnoreCase(own);
    }

    private static boolean isLink(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET)
                && "navigate".equals(request.getHeader("sec-fetch-mode"));
    }

    private static String plain(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.startsWith("[") && lower.endsWith("]")
                ? lower.substring(1, lower.length() - 1)
                : lower;
    }

    private static Refusal foreign() {
        return Refusal.of(
                ProblemCode.ORIGIN_REFUSED,
                "a page of another origin may not call this API",
                "open the node's own page, or add the origin to server.origins");
    }
}
