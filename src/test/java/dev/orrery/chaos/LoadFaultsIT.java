package dev.orrery.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.endtoend.Stage;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Fault F48: far more is submitted at once than may wait, and the master dies over it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoadFaultsIT {
    private static final int QUEUE_MAX = 150;
    private static final int BURST = 1_500;
    private static final int CLIENTS = 100;
    private static final int STATUS_TOO_MANY = 429;

    @RegisterExtension final Stage stage = new Stage();

    private Fleet fleet;

    @BeforeAll
    void start() {
        fleet = Fleet.onLoopback(stage, Fleet.quick(", queueMax: " + QUEUE_MAX), 1);
        fleet.alone("one", Host.LOOPBACK, 4);
        fleet.start();
    }

    @Test
    void burstPastTheQueue_isRefusedAndWhatIsAcceptedIsKept() {
        Member master = fleet.master();
        try (Trial trial = new Trial("F48", fleet)) {
            burst(trial);

            trial.inject("kill-master", "m1", master::kill, master::start);
            trial.heal();

            Verdict verdict = trial.verify();
            assertThat(verdict.submitted()).isEqualTo(BURST);
            assertThat(verdict.acknowledged()).isGreaterThanOrEqualTo(QUEUE_MAX);
            assertThat(verdict.refused()).isPositive();
            assertThat(verdict.unknown()).isZero();
            assertThat(trial.history().all(Fact.Refused.class))
                    .allMatch(it -> it.status() == STATUS_TOO_MANY);
        }
    }

    /** Sends each one time, whatever is answered; one that is too many says when to come again. */
    private static void burst(Trial trial) {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (int i = 0; i < BURST; i++) {
                clients.execute(() -> trial.clients().submitOnce(trial.spec(0.05)));
            }
        }
    }
}
