package dev.orrery.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the cluster to talk to and the token to show.
 *
 * <p>The servers: {@code --server}, else {@code $ORRERY_SERVER}, else the endpoint that a master
 * wrote into the data directory. The token: {@code --token-file}, else {@code $ORRERY_TOKEN}, else
 * the data directory's own. The latter goes to loopback or to that directory's server only, and no
 * token goes beyond loopback in the clear.
 *
 * @param named servers by a flag
 * @param tokenFile by a flag
 * @param authority PEM file by a flag
 */
public record Connection(
        Path data,
        Optional<String> named,
        Optional<Path> tokenFile,
        Optional<Path> authority,
        Map<String, String> environment) {

    private static final String ENDPOINT_FILE = "endpoint.json";
    private static final String TOKEN_FILE = "admin.token";

    /** Copies the environment. */
    public Connection {
        environment = Map.copyOf(environment);
    }

    /** Whether somebody named a server, so that no other may stand in for it. */
    public boolean isNamed() {
        return servers().isPresent();
    }

    /** The endpoint; empty when nobody named one and the data directory knows none. */
    public Optional<Endpoint> endpoint() {
        Optional<String> servers = servers();
        if (servers.isPresent()) {
            List<URI> uris = Arrays.stream(servers.get().split(",")).map(Connection::uri).toList();
            return Optional.of(new Endpoint(uris, token(uris), trusted(uris)));
        }
        return written().map(List::of).map(uris -> new Endpoint(uris, token(uris), trusted(uris)));
    }

    /** The endpoint of a server that is known to run in the data directory. */
    public Endpoint endpointAt(URI uri) {
        return new Endpoint(List.of(uri), readToken(data.resolve(TOKEN_FILE)), authority);
    }

    private Optional<String> servers() {
        return named.or(() -> Optional.ofNullable(environment.get("ORRERY_SERVER")))
                .filter(text -> !text.isBlank());
    }

    /** The server of the data directory says itself whom to trust there. */
    private Optional<Path> trusted(List<URI> servers) {
        boolean own = servers.equals(written().stream().toList());
        return authority.or(() -> own ? inEndpoint("authority").map(Path::of) : Optional.empty());
    }

    private Optional<URI> written() {
        return inEndpoint("uri").map(Connection::uri);
    }

    private Optional<String> inEndpoint(String field) {
        Path file = data.resolve(ENDPOINT_FILE);
        try {
            return Json.text(Json.parse(Files.readString(file)), field);
        } catch (JsonProcessingException e) {
            throw new CommandException(ExitCode.CONFIGURATION, file + " is damaged", e);
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    private Optional<String> token(List<URI> servers) {
        boolean local = servers.stream().allMatch(Connection::isLoopback);
        Optional<String> token = token(local || servers.equals(written().stream().toList()));
        boolean clear = servers.stream().anyMatch(uri -> "http".equals(uri.getScheme()));
        if (token.isPresent() && clear && !local) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    "a token is not sent in the clear beyond loopback; name the server as https");
        }
        return token;
    }

    private Optional<String> token(boolean own) {
        if (tokenFile.isPresent()) {
            Optional<String> token = readToken(tokenFile.get());
            if (token.isEmpty()) {
                throw new CommandException(
                        ExitCode.CONFIGURATION, "cannot read a token from " + tokenFile.get());
            }
            return token;
        }
        return Optional.ofNullable(environment.get("ORRERY_TOKEN"))
                .filter(text -> !text.isBlank())
                .or(() -> own ? readToken(data.resolve(TOKEN_FILE)) : Optional.empty());
    }

    private static Optional<String> readToken(Path file) {
        try {
            return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    private static URI uri(String text) {
        String trimmed = text.strip().replaceFirst("(?<=[^/:])/$", "");
        try {
            URI uri = URI.create(trimmed.contains("://") ? trimmed : "http://" + trimmed);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getRawPath().isEmpty()) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw noServer(text);
        }
        throw noServer(text);
    }

    private static CommandException noServer(String text) {
        return new CommandException(
                ExitCode.USAGE, "a server is written like http://127.0.0.1:9092, not: " + text);
    }

    private static boolean isLoopback(URI uri) {
        String host = uri.getHost();
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
