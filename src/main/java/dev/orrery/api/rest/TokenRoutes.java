package dev.orrery.api.rest;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.orrery.api.Access;
import dev.orrery.api.Authenticator;
import dev.orrery.api.Blocking;
import dev.orrery.api.Call;
import dev.orrery.api.RouteSet;
import dev.orrery.api.Routes;
import dev.orrery.api.StoreAuthenticator;
import dev.orrery.api.json.JobJson;
import dev.orrery.api.json.JobReader;
import dev.orrery.api.json.JsonReader;
import dev.orrery.api.json.Refusal;
import dev.orrery.model.Namespace;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Principal;
import dev.orrery.protocol.Principal.Role;
import dev.orrery.store.StoreException;
import dev.orrery.store.Tokens;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Makes access tokens, lists them, and takes their right away. */
public final class TokenRoutes implements RouteSet {
    private static final List<String> FIELDS = List.of("name", "role", "namespace", "expires");
    private static final int TOKEN_BYTES = 32;
    private static final int BODY_BYTES_MAX = 4096;

    private final Tokens tokens;
    private final StoreAuthenticator authenticator;
    private final Blocking blocking;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /** Routes over the tokens of the store. */
    public TokenRoutes(
            Tokens tokens,
            StoreAuthenticator authenticator,
            Blocking blocking,
            InstantSource clock) {
        this.tokens = tokens;
        this.authenticator = authenticator;
        this.blocking = blocking;
        this.clock = clock;
    }

    @Override
    public void mount(Routes routes) {
        routes.add(HttpMethod.GET, "/api/v1/tokens", Access.ADMIN, this::list);
        routes.add(HttpMethod.POST, "/api/v1/tokens", Access.ADMIN, this::create);
        routes.add(HttpMethod.DELETE, "/api/v1/tokens/{name}", Access.ADMIN, this::revoke);
    }

    private Future<?> list(Call call) {
        call.query(List.of());
        return blocking.call(() -> visible(call.principal()))
                .compose(entries ->
                        call.json(
                                200,
                                out -> {
                                    out.writeStartObject();
                                    out.writeArrayFieldStart("items");
                                    for (Tokens.Entry entry : entries) {
                                        out.writeStartObject();
                                        principalFields(out, entry.principal());
                                        out.writeStringField(
                                                "createdAt", entry.createdAt().toString());
                                        JobJson.instant(out, "expires", entry.expiresAt());
                                        out.writeEndObject();
                                    }
                                    out.writeEndArray();
                                    out.writeEndObject();
                                }));
    }

    private Future<?> create(Call call) {
        String type = call.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw Refusal.ofField(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type",
                    "a token is asked for in JSON",
                    "send application/json");
        }
        return call.body(BODY_BYTES_MAX)
                .compose(body -> {
                    Wish wish = Wish.read(body.getBytes(), call.principal());
                    return blocking.call(() -> add(wish)).compose(text -> answer(call, wish, text));
                });
    }

    private Future<?> revoke(Call call) {
        String name = call.parameter("name");
        return blocking.call(
                        () -> {
                            boolean seen =
                                    visible(call.principal()).stream()
                                            .anyMatch(e -> e.principal().name().equals(name));
                            if (!seen || !tokens.revoke(name)) {
                                throw Refusal.notFound("token of this name");
                            }
                            authenticator.forget();
                            return true;
                        })
                .compose(_ -> call.empty(204));
    }

    private String add(Wish wish) throws StoreException {
        boolean taken =
                tokens.list().stream().anyMatch(e -> e.principal().name().equals(wish.name));
        if (taken) {
            throw Refusal.ofField(
                    ProblemCode.CONFLICT,
                    "name",
                    "there is a token of this name",
                    "choose another name, or revoke that token first");
        }
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String text = "orr_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        tokens.add(
                Authenticator.hash(text),
                new Principal(wish.name, wish.role, wish.namespace),
                clock.instant(),
                wish.expires);
        return text;
    }

    private static Future<Void> answer(Call call, Wish wish, String text) {
        return call.json(
                201,
                out -> {
                    out.writeStartObject();
                    principalFields(out, new Principal(wish.name, wish.role, wish.namespace));
                    out.writeStringField("token", text);
                    out.writeEndObject();
                });
    }

    private List<Tokens.Entry> visible(Principal asker) throws StoreException {
        return tokens.list().stream()
                .filter(entry ->
                        asker.namespace().isEmpty()
                                || asker.namespace().equals(entry.principal().namespace()))
                .toList();
    }

    private static void principalFields(JsonGenerator out, Principal principal) throws IOException {
        out.writeStringField("name", principal.name());
        out.writeStringField("role", principal.role().name().toLowerCase(Locale.ROOT));
        JobJson.optional(out, "namespace", principal.namespace().map(Namespace::name));
    }

    /** The token that is asked for. */
    private static final class Wish {
        private String name = "";
        private Role role = Role.VIEWER;
        private boolean hasRole;
        private Optional<Namespace> namespace = Optional.empty();
        private Optional<Instant> expires = Optional.empty();

        static Wish read(byte[] json, Principal asker) {
            Wish wish = new Wish();
            JsonReader.document(json, FIELDS, wish::read);
            if (wish.name.isEmpty()) {
                throw missing("name", "give the token a name");
            }
            if (!wish.hasRole) {
                throw missing("role", "use viewer, submitter or admin");
            }
            if (wish.namespace.isEmpty()) {
                wish.namespace = asker.namespace();
            } else if (!asker.sees(wish.namespace.get())) {
                throw Refusal.ofField(
                        ProblemCode.FORBIDDEN,
                        "namespace",
                        "your token is for another namespace",
                        "leave out 'namespace'");
            }
            return wish;
        }

        private void read(JsonReader in, String field) throws IOException {
            switch (field) {
                case "name" -> name = in.name();
                case "role" -> {
                    role = in.parsed(Wish::role, "use viewer, submitter or admin");
                    hasRole = true;
                }
                case "namespace" -> namespace = Optional.of(new Namespace(in.name()));
                case "expires" -> expires = Optional.of(JobReader.instant(in));
                default -> throw new IllegalStateException("no reader for the field " + field);
            }
        }

        private static Role role(String text) {
            return switch (text) {
                case "viewer" -> Role.VIEWER;
                case "submitter" -> Role.SUBMITTER;
                case "admin" -> Role.ADMIN;
                default -> throw new IllegalArgumentException("no role: " + text);
            };
        }

        private static Refusal missing(String field, String remedy) {
            return Refusal.ofField(
                    ProblemCode.MISSING_FIELD, field, "a token needs this field", remedy);
        }
    }
}
