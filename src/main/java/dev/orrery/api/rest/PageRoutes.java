package dev.orrery.api.rest;

import dev.orrery.api.Access;
import dev.orrery.api.Call;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.util.List;

/** Serves the page: static files that hold nothing of anybody, under a strict policy. */
public final class PageRoutes implements RouteSet {
    /** All files of {@code webroot/}, which a test compares with the folder. */
    static final List<String> FILES =
            List.of(
                    "index.html",
                    "style.css",
                    "icon.svg",
                    "js/app.js",
                    "js/dom.js",
                    "js/format.js",
                    "js/job.js",
                    "js/jobs.js",
                    "js/nodes.js",
                    "js/stream.js");

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'self';"
                    + " frame-ancestors 'none'";

    @Override
    public void mount(Routes routes) {
        for (String name : FILES) {
            StaticFile file = StaticFile.read("webroot/" + name, mediaType(name));
            routes.add(HttpMethod.GET, "/" + name, Access.OPEN, call -> send(call, file));
            if (name.equals("index.html")) {
                routes.add(HttpMethod.GET, "/", Access.OPEN, call -> send(call, file));
            }
        }
    }

    private static Future<Void> send(Call call, StaticFile file) {
        call.response().putHeader("content-security-policy", POLICY);
        return file.send(call);
    }

    private static String mediaType(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".html" -> "text/html; charset=utf-8";
            case ".css" -> "text/css; charset=utf-8";
            case ".js" -> "text/javascript; charset=utf-8";
            case ".svg" -> "image/svg+xml";
            default -> throw new IllegalStateException("no media type for " + name);
        };
    }
}
