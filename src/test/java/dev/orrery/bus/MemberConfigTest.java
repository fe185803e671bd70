package dev.orrery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.spi.exception.CallerNotMemberException;
import com.hazelcast.spi.exception.RetryableHazelcastException;

import io.vertx.spi.cluster.hazelcast.ConfigUtil;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** What a Hazelcast member of ours may read, and what it keeps for Vert.x. */
final class MemberConfigTest {
    private final Config config = make();

    @Test
    void exceptionOfAMember_isRead() {
        InternalSerializationService service = service(config);
        Throwable cause = new IOException("reset", new RetryableHazelcastException("again"));
        Throwable suppressing = new CallerNotMemberException("not yet");
        suppressing.addSuppressed(cause);

        for (Throwable told :
                List.of(
                        suppressing,
                        new ExecutionException(cause),
                        new HazelcastException(new IllegalStateException("closed")))) {
            Throwable read = service.toObject(service(new Config()).toData(told));
            assertThat(read).hasSameClassAs(told).hasMessage(told.getMessage());
        }
    }

    @Test
    void otherClass_isRefused() {
        InternalSerializationService service = service(config);

        for (Object foreign : List.of(URI.create("http://x"), new File("/etc/passwd"))) {
            Data bytes = service(new Config()).toData(foreign);
            assertThatThrownBy(() -> service.toObject(bytes))
                    .isInstanceOf(HazelcastSerializationException.class)
                    .hasRootCauseInstanceOf(SecurityException.class);
        }
    }

    @Test
    void subscriptions_areKeptAsVertxWantsThem() {
        MultiMapConfig wanted = ConfigUtil.loadConfig().getMultiMapConfig("__vertx.subs");
        MultiMapConfig ours = config.getMultiMapConfig("__vertx.subs");

        assertThat(ours.getValueCollectionType()).isEqualTo(wanted.getValueCollectionType());
        assertThat(ours.getBackupCount()).isEqualTo(2);
    }

    private static Config make() {
        try (BusNodes nodes = new BusNodes()) {
            return MemberConfig.of(nodes.cluster(true, List.of()), "127.0.0.1", "n", List.of());
        } catch (IOException fault) {
            throw new AssertionError(fault);
        }
    }

    private static InternalSerializationService service(Config config) {
        return new DefaultSerializationServiceBuilder()
                .setConfig(config.getSerializationConfig())
                .build();
    }
}
