package dev.orrery.bus;

import dev.orrery.config.Settings;

import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;

import java.time.Duration;
import java.util.Set;

/**
 * The options of the clustered event bus: where it listens, how soon it gives up, and whom it
 * trusts.
 *
 * <p>Vert.x offers no bound on the size of an inbound frame, so whoever may connect may fill the
 * heap, and may command workers. On loopback that is every local user; beyond it, mutual TLS lets
 * only nodes in. Vert.x never compares the host name of a node with its certificate on this
 * connection: a certificate of our authority is the whole proof.
 */
final class BusOptions {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration PING = Duration.ofSeconds(2);

    private BusOptions() {}

    static EventBusOptions of(String ip, int port) {
        return new EventBusOptions()
                .setHost(ip)
                .setPort(port)
                .setTrustAll(false)
                .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                .setClusterPingInterval(PING.toMillis())
                .setClusterPingReplyInterval(PING.toMillis());
    }

    /** Both ends must show a certificate of the authority. */
    static EventBusOptions mutualTls(EventBusOptions options, Settings.Tls tls) {
        return options.setSsl(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(
                        new PemKeyCertOptions()
                                .setCertPath(tls.cert().toString())
                                .setKeyPath(tls.key().toString()))
                .setTrustOptions(new PemTrustOptions().addCertPath(tls.ca().toString()))
                .setClientAuth(ClientAuth.REQUIRED);
    }
}
