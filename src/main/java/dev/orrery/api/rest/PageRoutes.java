package dev.orrery.api.rest;

import dev.orrery.api.Access;
import dev.orrery.api.Call;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves the page: static files that hold nothing of anybody, under a strict policy. */
public final class PageRoutes implements RouteSet {
    /** All files of {@code webroot/}, which a test compares with the folder. */
    static final List<String> FILES =
            List.of(
                    "index.html",
                    "style.css",
                    "views.css",
                    "icon.svg",
                    "js/ansi.js",
                    "js/api.js",
                    "js/app.js",
                    "js/chart.js",
                    "js/commands.js",
                    "js/dialogs.js",
                    "js/format.js",
                    "js/keys.js",
                    "js/lanes.js",
                    "js/log.js",
                    "js/parts.js",
                    "js/report.js",
                    "js/session.js",
                    "js/store.js",
                    "js/stream.js",
                    "js/theme.js",
                    "js/timeline.js",
                    "js/view.js",
                    "js/views/board.js",
                    "js/views/job.js",
                    "js/views/jobs.js",
                    "js/views/nodes.js",
                    "js/views/overview.js",
                    "js/views/schedules.js",
                    "js/views/submit.js",
                    "js/views/tasks.js");

    private static final Pattern IMPORT_MAP =
            Pattern.compile("(?s)<script type=\"importmap\">(.*?)</script>");

    @Override
    public void mount(Routes routes) {
        StaticFile index = page("index.html");
        String policy = policy(index.text());
        for (String name : FILES) {
            StaticFile file = page(name);
            routes.add(HttpMethod.GET, "/" + name, Access.OPEN, call -> send(call, file, policy));
        }
        routes.add(HttpMethod.GET, "/", Access.OPEN, call -> send(call, index, policy));
        for (PageLibraries.Served served : PageLibraries.FILES) {
            StaticFile file = StaticFile.read(served.resource(), mediaType(served.name()));
            routes.add(
                    HttpMethod.GET, served.path(), Access.OPEN, call -> send(call, file, policy));
        }
    }

    /**
     * What the page may load: its own files, and the one import map that stands in it, which a
     * strict policy admits by its checksum only.
     */
    static String policy(String index) {
        return "default-src 'none'; script-src 'self' '"
                + checksum(importMap(index))
                + "'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
                + " form-action 'self'; frame-ancestors 'none'";
    }

    private static String importMap(String index) {
        Matcher map = IMPORT_MAP.matcher(index);
        if (!map.find()) {
            throw new IllegalStateException("index.html has no import map");
        }
        return map.group(1);
    }

    private static String checksum(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static StaticFile page(String name) {
        return StaticFile.read("webroot/" + name, mediaType(name));
    }

    private static Future<Void> send(Call call, StaticFile file, String policy) {
        call.response().putHeader("content-security-policy", policy);
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
