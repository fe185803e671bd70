package dev.orrery.scheduling.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.Resources;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.List;

/** Tasks that need the same of a worker have one demand. */
final class DemandTest {

    private static final Constraint IN_ZONE_A = new Constraint("zone", true, List.of("a"));

    private static Demand demand(long cpuMillis, List<Constraint> constraints, boolean exclusive) {
        Resources resources = new Resources(cpuMillis, 0, 0, Collections.emptySortedMap());
        return new Demand(resources, constraints, exclusive);
    }

    @Test
    void demandsForTheSame_areEqual() {
        Demand demand = demand(1_000, List.of(IN_ZONE_A), true);

        assertThat(demand)
                .isEqualTo(demand(1_000, List.of(IN_ZONE_A), true))
                .hasSameHashCodeAs(demand(1_000, List.of(IN_ZONE_A), true));
    }

    @Test
    void anotherAmountConstraintOrExclusivity_isAnotherDemand() {
        Demand demand = demand(1_000, List.of(IN_ZONE_A), false);

        assertThat(demand)
                .isNotEqualTo(demand(2_000, List.of(IN_ZONE_A), false))
                .isNotEqualTo(demand(1_000, List.of(), false))
                .isNotEqualTo(demand(1_000, List.of(IN_ZONE_A), true))
                .isNotEqualTo(demand.resources());
    }

    @Test
    void text_saysWhetherAWorkerIsWantedForItself() {
        assertThat(demand(500, List.of(), true)).asString().endsWith("exclusive]");
        assertThat(demand(500, List.of(), false)).asString().doesNotContain("exclusive");
    }
}
