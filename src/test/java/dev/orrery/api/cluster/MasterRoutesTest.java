package dev.orrery.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.api.ApiFixture;
import dev.orrery.store.LeaderRow;
import dev.orrery.store.Masters.Master;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

/** The masters as a client sees them. */
final class MasterRoutesTest {

    private ApiFixture api;

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        api = new ApiFixture(data, Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    @Test
    void master_isShownWithWhatItSaidOfItself_andLeadsByTheLeaderRow() throws Exception {
        api.store().masters().report(new Master("m-1", "test", "http://127.0.0.1:1", 3));

        JsonNode masters = api.get("/api/v1/masters").json();

        assertThat(masters.path("epoch").asLong()).isPositive();
        assertThat(masters.path("items")).hasSize(1);
        JsonNode master = masters.path("items").path(0);
        assertThat(master.path("id").asText()).isEqualTo("m-1");
        assertThat(master.path("uri").asText()).isEqualTo("http://127.0.0.1:1");
        assertThat(master.path("leads").asBoolean()).isTrue();
        assertThat(master.path("workersHeard").asInt()).isEqualTo(3);
    }

    @Test
    void masterThatStandsBy_doesNotLead() throws Exception {
        api.store().masters().report(new Master("m-2", "other", "http://127.0.0.1:2", 0));

        JsonNode master = api.get("/api/v1/masters").json().path("items").path(0);

        assertThat(master.path("id").asText()).isEqualTo("m-2");
        assertThat(master.path("leads").asBoolean(true)).isFalse();
    }

    @Test
    void masterWhoseLeaseEnded_leadsNoMore() throws Exception {
        api.store().masters().report(new Master("m-1", "test", "http://127.0.0.1:1", 3));
        LeaderRow row = api.store().leaderRow();
        row.resign(row.term().epoch());

        JsonNode masters = api.get("/api/v1/masters").json();

        assertThat(masters.path("items").path(0).path("leads").asBoolean(true)).isFalse();
        assertThat(masters.path("epoch").asLong()).isPositive();
    }

    @Test
    void query_isRefused() throws Exception {
        assertThat(api.get("/api/v1/masters?x=1").status()).isEqualTo(400);
    }
}
