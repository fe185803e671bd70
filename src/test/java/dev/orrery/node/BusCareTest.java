package dev.orrery.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.bus.SelfTest.Findings;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a deaf node ends, and when it goes on and repairs itself. */
final class BusCareTest {

    @ParameterizedTest
    @CsvSource({
        "2, 2, 1, false, repaired first",
        "4, 4, 3, false, repaired again",
        "6, 6, 1, true, its addresses do not last",
        "6, 5, 1, false, not each time was proof",
        "8, 6, 0, false, alone by now",
        "100, 0, 0, false, alone",
        "100, 0, 1, false, the other one is silent or dead",
        "10, 0, 2, false, both others may just have died",
        "12, 0, 2, true, silent to all for a minute though they are members",
    })
    void node_endsOnlyWhenTheFaultIsItsOwn(
            int failures, int proofs, int others, boolean ends, String why) {
        assertThat(BusCare.isHopeless(new Findings(failures, proofs, others)))
                .as(why)
                .isEqualTo(ends);
    }
}
