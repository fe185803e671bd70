package dev.orrery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.EnumSet;

/** The proof that the simulation looks: every planted bug is found, and soon. */
final class PlantedBugsTest {

    private static final long SEEDS_MAX = 2_500;

    @ParameterizedTest
    @EnumSource(Bug.class)
    void plantedBug_isFoundAndBreaksNothingWhenSwitchedOff(Bug bug, TestReporter reporter) {
        Campaign campaign = Campaign.of(1, SEEDS_MAX, EnumSet.of(bug), true);

        assertThat(campaign.failures()).as("seeds that show it").hasSize(1);
        reporter.publishEntry(bug.name(), "found by seed " + campaign.seeds());
        Plan without = Plan.of(campaign.failures().getFirst(), EnumSet.noneOf(Bug.class));
        assertThat(Run.of(without, false).failure()).isEmpty();
    }

    @Test
    void failure_isShrunkToTheFaultsThatItTakes() {
        EnumSet<Bug> bug = EnumSet.of(Bug.LEADER_RERUNS_BEFORE_THE_LEASE_ENDS);
        Plan failing = Campaign.of(1, SEEDS_MAX, bug, true).firstFailure().orElseThrow().plan();

        Plan shrunk = Campaign.shrunk(failing);

        assertThat(shrunk.faults().size()).isLessThanOrEqualTo(failing.faults().size());
        assertThat(Run.of(shrunk, false).failure()).isPresent();
    }
}
