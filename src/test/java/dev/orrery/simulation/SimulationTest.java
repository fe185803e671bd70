package dev.orrery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.orrery.simulation.Run.Result;

import org.junit.jupiter.api.Test;

import java.util.EnumSet;
import java.util.Set;

/**
 * The promises of DESIGN.md in a simulated cluster under faults, from many seeds. {@code
 * -Dseeds=COUNT} and {@code -Dfrom=N} play others; {@code bin/simulate --seed N} shows one.
 */
final class SimulationTest {

    private static final long SEEDS = Long.getLong("seeds", 5_000);
    private static final long FROM = Long.getLong("from", 1);
    private static final Set<Bug> NONE = EnumSet.noneOf(Bug.class);

    @Test
    void anySeed_keepsThePromises() {
        Campaign campaign = Campaign.of(FROM, SEEDS, NONE, true);

        campaign.firstFailure().ifPresent(first -> fail(Console.explanation(first)));
        assertThat(campaign.seeds()).isEqualTo(SEEDS);
        assertThat(campaign.missing()).as("faults and whims that never were").isEmpty();
        assertThat(campaign.counts()).containsKeys("takeover", "hand-over", "load that failed");
    }

    @Test
    void sameSeed_playsTheSameRun() {
        for (long seed = FROM; seed < FROM + 20; seed++) {
            Result one = Run.of(Plan.of(seed, NONE), true);
            Result other = Run.of(Plan.of(seed, NONE), true);

            assertThat(other.trace()).isEqualTo(one.trace());
            assertThat(other.played()).isEqualTo(one.played());
        }
    }
}
