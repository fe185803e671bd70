package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.store.Copies.Scarcity;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What every list of who holds which bytes does. */
public abstract class CopiesContractTest {

    private static final List<String> ALL = List.of("a", "b", "c");

    /** An empty list. */
    protected abstract Copies copies() throws Exception;

    @Test
    void holders_areAddedAndRemovedOneByOne() throws Exception {
        Copies copies = copies();
        copies.add(blob(1), List.of("b", "a"));
        copies.add(blob(1), List.of("b", "c"));
        copies.add(blob(2), List.of("c"));

        copies.remove(blob(1), "b");
        copies.remove(blob(1), "nobody");

        assertThat(copies.of(blob(1))).containsExactly("a", "c");
        assertThat(copies.of(blob(2))).containsExactly("c");
        assertThat(copies.of(blob(3))).isEmpty();
    }

    @Test
    void holdersOfLogs_areAddedAndRemovedOneByOne() throws Exception {
        Copies copies = copies();
        copies.addLogs(job(1), List.of("b", "a"));
        copies.addLogs(job(1), List.of("b", "c"));
        copies.addLogs(job(2), List.of("b"));

        copies.removeLogs(List.of(job(1), job(2), job(3)), "b");

        assertThat(copies.ofLogs(job(1))).containsExactly("a", "c");
        assertThat(copies.ofLogs(job(2))).isEmpty();
        assertThat(copies.ofLogs(job(3))).isEmpty();
    }

    @Test
    void scarce_isWhatAHolderHasAndTooFewLivingOnes() throws Exception {
        Copies copies = copies();
        copies.add(blob(1), ALL);
        copies.add(blob(2), List.of("a", "c"));
        copies.add(blob(3), List.of("b", "c"));
        copies.add(blob(4), List.of("a"));
        Scarcity question = new Scarcity("a", List.of("a", "b"), 2, 10);

        assertThat(copies.scarce(question, Optional.empty())).containsExactly(blob(2), blob(4));
        assertThat(copies.scarce(question, Optional.of(blob(2)))).containsExactly(blob(4));
        assertThat(copies.scarce(new Scarcity("a", ALL, 2, 10), Optional.empty()))
                .containsExactly(blob(4));
        assertThat(copies.scarce(new Scarcity("a", List.of("a", "b"), 2, 1), Optional.empty()))
                .containsExactly(blob(2));
    }

    @Test
    void scarceLogs_areThoseOfJobsThatAHolderHasAndTooFewLivingOnes() throws Exception {
        Copies copies = copies();
        copies.addLogs(job(1), ALL);
        copies.addLogs(job(2), List.of("a", "c"));
        copies.addLogs(job(3), List.of("a"));
        Scarcity question = new Scarcity("a", List.of("a", "b"), 2, 10);

        assertThat(copies.scarceLogs(question, Optional.empty())).containsExactly(job(2), job(3));
        assertThat(copies.scarceLogs(question, Optional.of(job(2)))).containsExactly(job(3));
        assertThat(copies.scarceLogs(new Scarcity("a", ALL, 1, 10), Optional.empty())).isEmpty();
    }

    /** A blob of this number. */
    protected static BlobId blob(int number) {
        return new BlobId("%064x".formatted(number));
    }

    /** A job of this number. */
    protected static JobId job(int number) {
        return new JobId(new UUID(0x01a20179eacb7000L, Long.MIN_VALUE + number));
    }
}
