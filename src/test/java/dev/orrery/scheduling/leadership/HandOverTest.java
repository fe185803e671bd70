package dev.orrery.scheduling.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class HandOverTest {

    private static final Duration SILENCE = Duration.ofSeconds(4);
    private static final Duration LONG = SILENCE.plusMillis(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    @Test
    void leaderThatHearsNoWorkerWhileOthersDo_givesTheLeadAway() {
        assertThat(HandOver.isDue(LONG, 1, HEARTBEAT)).isTrue();
    }

    @Test
    void leaderOfAClusterWhoseWorkersNobodyHears_keepsTheLead() {
        assertThat(HandOver.isDue(LONG, 0, HEARTBEAT)).isFalse();
    }

    @Test
    void leaderThatHeardAWorkerJustNow_keepsTheLead() {
        assertThat(HandOver.isDue(SILENCE, 3, HEARTBEAT)).isFalse();
    }

    @Test
    void workersThatSeldomSayThatTheyLive_areWaitedForTwice() {
        assertThat(HandOver.isDue(LONG, 1, Duration.ofSeconds(10))).isFalse();
        assertThat(HandOver.isDue(Duration.ofSeconds(21), 1, Duration.ofSeconds(10))).isTrue();
    }
}
