package dev.orrery.scheduling.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class TenureTest {

    private static final Duration TTL = Duration.ofSeconds(4);

    /** The clock has no beginning: differences wrap around. */
    private final long sent = Long.decode("0x7ffffffffffffffe");

    @Test
    void begun_holdsForTheLeaseFromWhenTheStoreWasAsked() {
        Tenure tenure = Tenure.begun(7, sent, TTL);

        assertThat(tenure.epoch()).isEqualTo(7);
        assertThat(tenure.holds(sent)).isTrue();
        assertThat(tenure.holds(sent + TTL.toNanos() - 1)).isTrue();
        assertThat(tenure.holds(sent + TTL.toNanos())).isFalse();
    }

    @Test
    void renewed_holdsLonger() {
        Tenure tenure = Tenure.begun(7, sent, TTL).renewed(sent + 10, TTL);

        assertThat(tenure.holds(sent + TTL.toNanos() + 9)).isTrue();
        assertThat(tenure.holds(sent + TTL.toNanos() + 10)).isFalse();
    }

    @Test
    void renewedByAnAnswerThatCameLate_doesNotEndEarlier() {
        Tenure tenure = Tenure.begun(7, sent, TTL).renewed(sent + 10, TTL);

        assertThat(tenure.renewed(sent + 5, TTL)).isEqualTo(tenure);
    }
}
