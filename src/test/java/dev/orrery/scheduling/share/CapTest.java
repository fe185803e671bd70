package dev.orrery.scheduling.share;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;

/** Bounds on the jobs with a label. */
final class CapTest {

    @Test
    void jobsWithTheLabel_areCovered() {
        Cap cap = new Cap("license=matlab", 2);

        assertThat(cap.covers(Map.of("license", "matlab", "x", "y"))).isTrue();
        assertThat(cap.covers(Map.of("license", "other"))).isFalse();
        assertThat(cap.covers(Map.of("x", "y"))).isFalse();
    }

    @Test
    void labelWithoutAValue_coversJobsWithoutOne() {
        Cap cap = new Cap("heavy", 1);

        assertThat(cap.covers(Map.of("heavy", ""))).isTrue();
        assertThat(cap.covers(Map.of("heavy", "yes"))).isFalse();
    }

    @Test
    void onlyReachingTheBoundOrLeavingIt_isTold() {
        Cap cap = new Cap("license=matlab", 2);

        assertThat(cap.count(1)).isFalse();
        assertThat(cap.count(1)).isTrue();
        assertThat(cap.isFull()).isTrue();
        assertThat(cap.count(1)).isFalse();
        assertThat(cap.count(-1)).isFalse();
        assertThat(cap.count(-1)).isTrue();
        assertThat(cap.text()).isEqualTo("cap of label license=matlab: 1 of 2 run");
    }
}
