package dev.orrery.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.Outcome;

import org.junit.jupiter.api.Test;

import java.util.ServiceLoader;

/** The executor that runs no process, and how executors are found. */
final class EmptyExecutorTest {

    @Test
    void attempt_hasEndedWellWhenStartReturns() {
        Recorder recorder = new Recorder();
        try (EmptyExecutor executor = new EmptyExecutor()) {
            executor.start(Task.command("/no/such/program").assignment(), recorder);
        }

        assertThat(recorder.heard()).containsExactly("ended");
        assertThat(recorder.result().outcome()).isEqualTo(new Outcome.Exited(0));
    }

    @Test
    void bothExecutors_areProvidedByTheirClassNames() {
        assertThat(ServiceLoader.load(Executor.Provider.class))
                .extracting(Executor.Provider::executor)
                .contains(PosixExecutor.class.getName(), EmptyExecutor.class.getName());
    }
}
