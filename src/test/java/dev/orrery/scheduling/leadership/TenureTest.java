package dev.orrery.scheduling.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class TenureTest {

    private static final Duration TTL = Duration.ofSeconds(4);
    private static final long SENT = Long.MAX_VALUE - 1;

    @Test
    void begun_holdsForTheLeaseFromWhenTheStoreWasAsked() {
        Tenure tenure = Tenure.begun(7, SENT, TTL);

        assertThat(tenure.epoch()).isEqualTo(7);
        assertThat(tenure.holds(SENT)).isTrue();
        assertThat(tenure.holds(SENT + TTL.toNanos() - 1)).isTrue();
        assertThat(tenure.holds(SENT + TTL.toNanos())).isFalse();
    }

    @Test
    void renewed_holdsLonger() {
        Tenure tenure = Tenure.begun(7, SENT, TTL).renewed(SENT + 10, TTL);

        assertThat(tenure.holds(SENT + TTL.toNanos() + 9)).isTrue();
        assertThat(tenure.holds(SENT + TTL.toNanos() + 10)).isFalse();
    }

    @Test
    void renewedByAnAnswerThatCameLate_doesNotEndEarlier() {
        Tenure tenure = Tenure.begun(7, SENT, TTL).renewed(SENT + 10, TTL);

        assertThat(tenure.renewed(SENT + 5, TTL)).isEqualTo(tenure);
    }
}
