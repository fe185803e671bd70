package dev.orrery.scheduling.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class HandOverTest {

    private static final Duration LONG = HandOver.SILENCE.plusMillis(1);

    @Test
    void leaderThatHearsNoWorkerWhileOthersDo_givesTheLeadAway() {
        assertThat(HandOver.isDue(LONG, 1)).isTrue();
    }

    @Test
    void leaderOfAClusterWhoseWorkersNobodyHears_keepsTheLead() {
        assertThat(HandOver.isDue(LONG, 0)).isFalse();
    }

    @Test
    void leaderThatHeardAWorkerJustNow_keepsTheLead() {
        assertThat(HandOver.isDue(HandOver.SILENCE, 3)).isFalse();
    }
}
