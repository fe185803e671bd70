package dev.orrery.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobSpec;
import dev.orrery.model.StoredFile;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.store.Copies;
import dev.orrery.store.Copies.Scarcity;
import dev.orrery.store.CopiesContractTest;
import dev.orrery.store.Histories;
import dev.orrery.store.Leads;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The contract, kept by rows of PostgreSQL. */
final class SqlCopiesTest extends CopiesContractTest {

    @TempDir private Path data;
    private PostgresStore store;

    @BeforeEach
    void open() throws Exception {
        store = PostgresFixture.open(data, PostgresFixture.freshDatabase(), InstantSource.system());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    protected Copies copies() {
        return store.copies().orElseThrow();
    }

    @Override
    protected void need(int count) throws Exception {
        List<DurableEvent> events = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            events.add(needing(i));
        }
        store.commit(Leads.lead(store, "test"), events);
    }

    private static DurableEvent needing(int number) {
        StoredFile input = Histories.stored("input", blob(number));
        JobSpec spec = Histories.spec("default", "needs", Map.of(), List.of(input));
        return Histories.submitted(job(number), Histories.START, spec, number);
    }

    @Test
    void scarce_isNothingThatNoJobNeeds() throws Exception {
        need(1);
        for (int i = 1; i <= 2; i++) {
            copies().add(blob(i), List.of("a"));
            copies().addLogs(out(i), List.of("a"));
        }
        Scarcity question = new Scarcity("a", List.of("a", "b"), 2, 10);

        assertThat(copies().scarce(question, Optional.empty()).found()).containsExactly(blob(1));
        assertThat(copies().scarceLogs(question, Optional.empty()).found()).containsExactly(out(1));
    }

    @Test
    void forgotten_isOnlyWhatNoJobNeedsAndIsOld() throws Exception {
        store.commit(Leads.lead(store, "test"), List.of(needing(2)));
        for (int i = 1; i <= 2; i++) {
            copies().add(blob(i), List.of("a"));
            copies().addLogs(out(i), List.of("a"));
        }

        copies().forget(Duration.ofHours(1));
        assertThat(copies().of(blob(1))).containsExactly("a");
        assertThat(copies().ofLogs(out(1))).containsExactly("a");

        copies().forget(Duration.ZERO);
        assertThat(copies().of(blob(1))).isEmpty();
        assertThat(copies().ofLogs(out(1))).isEmpty();
        assertThat(copies().of(blob(2))).containsExactly("a");
        assertThat(copies().ofLogs(out(2))).containsExactly("a");
    }

    @Test
    void mastersThatSpeakOfTheSameAtOnce_doNotBlockEachOther() throws Exception {
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            List<String> order = i % 2 == 0 ? List.of("a", "b", "c") : List.of("c", "b", "a");
            calls.add(() -> {
                for (int blob = 0; blob < 20; blob++) {
                    copies().add(blob(blob), order);
                }
                return null;
            });
        }

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> call : threads.invokeAll(calls)) {
                call.get();
            }
        }

        for (int blob = 0; blob < 20; blob++) {
            assertThat(copies().of(blob(blob))).containsExactly("a", "b", "c");
        }
    }
}
