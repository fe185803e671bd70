package dev.orrery.api;

import dev.orrery.api.json.Refusal;
import dev.orrery.model.ProblemCode;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The table of routes. A template is a path in which <code>{name}</code> stands for one segment
 * and, at the end, <code>{name...}</code> for all that are left.
 */
public final class Routes {
    private final Map<String, Resource> literal = new HashMap<>();
    private final List<Resource> templates = new ArrayList<>();

    /** Answers a call. The future ends when the answer is on its way, or fails with the problem. */
    @FunctionalInterface
    public interface Handler {
        /** Answers. */
        Future<?> handle(Call call);
    }

    /** Adds a route. */
    public void add(HttpMethod method, String template, Access access, Handler handler) {
        Resource resource = resource(template);
        if (resource.routes.put(method, new Route(access, handler)) != null) {
            throw new IllegalStateException(method + " " + template + " is mounted twice");
        }
    }

    /** What is served at a path, and what its segments stand for. */
    record Match(Route route, Map<String, String> parameters) {}

    /** One method of one resource. */
    record Route(Access access, Handler handler) {}

    /**
     * The route of a request.
     *
     * @throws Refusal when there is none, or the path is malformed
     */
    Match match(HttpMethod method, String path) {
        Resource exact = literal.get(path);
        if (exact != null) {
            return new Match(exact.route(method), Map.of());
        }
        String[] segments = path.split("/", -1);
        for (Resource resource : templates) {
            Optional<Map<String, String>> parameters = resource.match(segments);
            if (parameters.isPresent()) {
                return new Match(resource.route(method), parameters.get());
            }
        }
        throw Refusal.of(
                ProblemCode.NOT_FOUND,
                "nothing is served at this path",
                "see /openapi.yaml for what is");
    }

    private Resource resource(String template) {
        if (!template.contains("{")) {
            return literal.computeIfAbsent(template, Resource::new);
        }
        for (Resource resource : templates) {
            if (resource.template.equals(template)) {
                return resource;
            }
        }
        Resource resource = new Resource(template);
        templates.add(resource);
        return resource;
    }

    /** Reads the %XX of a path or query as UTF-8. */
    static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = new byte[text.length() * 3];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) hexByte(text, i + 1);
                i += 2;
            } else {
                byte[] utf8 = String.valueOf(c).getBytes(StandardCharsets.UTF_8);
                System.arraycopy(utf8, 0, bytes, length, utf8.length);
                length += utf8.length;
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static int hexByte(String text, int from) {
        int high = from + 1 < text.length() ? Character.digit(text.charAt(from), 16) : -1;
        int low = from + 1 < text.length() ? Character.digit(text.charAt(from + 1), 16) : -1;
        if (high < 0 || low < 0) {
            throw Refusal.of(
                    ProblemCode.NOT_FOUND,
                    "the path has a '%' that two hexadecimal digits do not follow",
                    "write '%' as %25");
        }
        return high * 16 + low;
    }

    private static final class Resource {
        private final String template;
        private final String[] segments;
        private final Map<HttpMethod, Route> routes = new LinkedHashMap<>();

        Resource(String template) {
            this.template = template;
            this.segments = template.split("/", -1);
        }

        Optional<Map<String, String>> match(String[] path) {
            boolean tail = segments[segments.length - 1].endsWith("...}");
            if (tail ? path.length < segments.length : path.length != segments.length) {
                return Optional.empty();
            }
            Map<String, String> parameters = new HashMap<>();
            for (int i = 0; i < segments.length; i++) {
                String segment = segments[i];
                if (!segment.startsWith("{")) {
                    if (!segment.equals(path[i])) {
                        return Optional.empty();
                    }
                } else if (segment.endsWith("...}")) {
                    String rest = String.join("/", List.of(path).subList(i, path.length));
                    parameters.put(segment.substring(1, segment.length() - 4), decode(rest));
                } else {
                    parameters.put(segment.substring(1, segment.length() - 1), decode(path[i]));
                }
            }
            return Optional.of(parameters);
        }

        Route route(HttpMethod method) {
            Route route = routes.get(method);
            if (route == null && method.equals(HttpMethod.HEAD)) {
                route = routes.get(HttpMethod.GET);
            }
            if (route == null) {
                String offered =
                        routes.keySet().stream()
                                .map(HttpMethod::name)
                                .collect(Collectors.joining(", "));
                throw Refusal.of(
                        ProblemCode.METHOD_NOT_ALLOWED,
                        "this path does not offer " + method.name(),
                        "use " + offered);
            }
            return route;
        }
    }
}
