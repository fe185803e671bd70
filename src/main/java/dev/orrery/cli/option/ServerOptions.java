package dev.orrery.cli.option;

import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.Client;
import dev.orrery.cli.client.Connection;
import dev.orrery.cli.client.Endpoint;
import dev.orrery.cli.client.Jobs;
import dev.orrery.cli.client.Retrying;
import dev.orrery.cli.client.UnreachableException;
import dev.orrery.cli.serve.EmbeddedCluster;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Where a command finds its cluster. */
public final class ServerOptions {

    @Option(
            names = "--server",
            paramLabel = "URL[,URL]",
            description = "Servers of one cluster; default $ORRERY_SERVER, then that of --data.")
    private Optional<String> server = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token; default $ORRERY_TOKEN, then that in --data.")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "PEM certificates that the server's must come from.")
    private Optional<Path> authority = Optional.empty();

    @Option(
            names = "--retry-for",
            paramLabel = "TIME",
            description = "How long to go on while no server answers; default 30s.")
    private Duration retryFor = Retrying.DEFAULT_LIMIT;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say on standard error when a server does not answer.")
    private boolean verbose;

    /** Where the flags, the environment and the data directory lead. */
    public Connection connection(RootCommand root) {
        return connection(root, root.data());
    }

    /** The same with a data directory that a configuration names. */
    public Connection connection(RootCommand root, Path data) {
        return new Connection(data, server, tokenFile, authority, root.context().environment());
    }

    /** A session with the cluster; that of an ended 'run' is started again to be read. */
    public Session open(RootCommand root) {
        Connection connection = connection(root);
        boolean mayBeRead = !connection.isNamed() && EmbeddedCluster.isRun(root.data());
        if (mayBeRead
                && connection.endpoint().map(Client::new).filter(Client::isAnswered).isEmpty()) {
            EmbeddedCluster cluster = EmbeddedCluster.reopen(root.context(), root.data());
            Endpoint endpoint = connection.endpointAt(cluster.uri());
            return new Session(
                    new Client(endpoint, () -> Optional.of(endpoint), retrying(root)),
                    Optional.of(cluster));
        }
        Endpoint endpoint =
                connection
                        .endpoint()
                        .orElseThrow(() ->
                                new UnreachableException(
                                        "no server is running in "
                                                + root.data()
                                                + "; start one with 'orrery dev', or name"
                                                + " one with --server",
                                        new IOException("no endpoint")));
        return new Session(client(root, connection, endpoint), Optional.empty());
    }

    /** A client that follows its cluster for as long as the flags say. */
    public Client client(RootCommand root, Connection connection, Endpoint endpoint) {
        return new Client(endpoint, connection::endpoint, retrying(root));
    }

    /** How long to go on while no server takes what is asked. */
    public Duration patience() {
        return retryFor;
    }

    private Retrying retrying(RootCommand root) {
        Consumer<String> note =
                verbose ? text -> root.context().complain("orrery: " + text) : _ -> {};
        return new Retrying(retryFor, note);
    }

    /** A client, and the cluster that was started for it. */
    public record Session(Client client, Optional<EmbeddedCluster> cluster)
            implements AutoCloseable {

        /** The jobs of a namespace. */
        public Jobs jobs(NamespaceOption namespace) {
            return new Jobs(client, namespace.name());
        }

        @Override
        public void close() {
            cluster.ifPresent(EmbeddedCluster::close);
        }
    }
}
