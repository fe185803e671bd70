package dev.orrery.scheduling.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.Namespace;
import dev.orrery.model.Resources;
import dev.orrery.scheduling.policy.Rules.Sharing;

import org.junit.jupiter.api.Test;

/** Namespaces of which nothing is in the cluster. */
final class SharesTest {

    private static final Namespace HERE = new Namespace("here");
    private static final Namespace GONE = new Namespace("gone");

    @Test
    void namespaceThatHasNothing_neitherTakesNorGives() {
        Shares shares = new Shares(Sharing.STANDARD, new Overtaking());
        shares.tenant(HERE);
        Charge charge = Charge.of(Resources.ONE_CPU);

        assertThat(shares.mayTakeFrom(HERE, GONE, charge, 1)).isFalse();
        assertThat(shares.mayTakeFrom(GONE, HERE, charge, 1)).isFalse();
        assertThat(shares.known(GONE)).isEmpty();
    }
}
