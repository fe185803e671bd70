package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.BlobId;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.JobId;
import dev.orrery.store.Copies.Output;
import dev.orrery.store.Copies.Scarce;
import dev.orrery.store.Copies.Scarcity;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What every list of who holds which bytes does. */
public abstract class CopiesContractTest {

    private static final List<String> ALL = List.of("a", "b", "c");

    /** An empty list. */
    protected abstract Copies copies() throws Exception;

    /**
     * From now on there are so many jobs, from the first on, and each needs the blob of its number.
     */
    protected abstract void need(int count) throws Exception;

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
    void holdersOfOutput_areAddedAndRemovedOneByOne() throws Exception {
        Copies copies = copies();
        copies.addLogs(out(1), List.of("b", "a"));
        copies.addLogs(out(1), List.of("b", "c"));
        copies.addLogs(out(2), List.of("b"));

        copies.removeLogs(out(1), "b");
        copies.removeLogs(out(3), "b");

        assertThat(copies.ofLogs(out(1))).containsExactly("a", "c");
        assertThat(copies.ofLogs(out(2))).containsExactly("b");
        assertThat(copies.ofLogs(out(3))).isEmpty();
    }

    @Test
    void holderOfOneAttempt_isNoneOfAnother() throws Exception {
        Copies copies = copies();
        Output second = new Output(job(1), 2, Stream.STDOUT);
        Output errors = new Output(job(1), 1, Stream.STDERR);

        copies.addLogs(out(1), List.of("a", "b"));
        copies.addLogs(second, List.of("a", "c"));

        assertThat(copies.ofLogs(out(1))).containsExactly("a", "b");
        assertThat(copies.ofLogs(second)).containsExactly("a", "c");
        assertThat(copies.ofLogs(errors)).isEmpty();
        assertThat(copies.ofJob(job(1)))
                .isEqualTo(Map.of(out(1), List.of("a", "b"), second, List.of("a", "c")));
    }

    @Test
    void outputOfJobs_isRemovedTogether() throws Exception {
        Copies copies = copies();
        Output second = new Output(job(1), 2, Stream.STDERR);
        copies.addLogs(out(1), List.of("a", "b"));
        copies.addLogs(second, List.of("b"));
        copies.addLogs(out(2), List.of("b"));
        copies.addLogs(out(3), List.of("b"));

        copies.removeLogs(List.of(job(1), job(2), job(4)), "b");

        assertThat(copies.ofLogs(out(1))).containsExactly("a");
        assertThat(copies.ofLogs(second)).isEmpty();
        assertThat(copies.ofLogs(out(2))).isEmpty();
        assertThat(copies.ofLogs(out(3))).containsExactly("b");
    }

    @Test
    void scarce_isWhatAHolderHasAndTooFewLivingOnes() throws Exception {
        Copies copies = copies();
        need(4);
        copies.add(blob(1), ALL);
        copies.add(blob(2), List.of("a", "c"));
        copies.add(blob(3), List.of("b", "c"));
        copies.add(blob(4), List.of("a"));
        Scarcity question = new Scarcity("a", List.of("a", "b"), 2, 10);

        assertThat(copies.scarce(question, Optional.empty()))
                .isEqualTo(new Scarce<>(List.of(blob(2), blob(4)), Optional.empty()));
        assertThat(copies.scarce(question, Optional.of(blob(2))).found()).containsExactly(blob(4));
        assertThat(copies.scarce(new Scarcity("a", ALL, 2, 10), Optional.empty()).found())
                .containsExactly(blob(4));
    }

    @Test
    void scarce_looksAtAFewOfWhatThereIs() throws Exception {
        Copies copies = copies();
        need(3);
        copies.add(blob(1), ALL);
        copies.add(blob(2), List.of("a", "b"));
        copies.add(blob(3), List.of("a"));
        Scarcity question = new Scarcity("a", List.of("a", "b"), 2, 2);

        Scarce<BlobId> begin = copies.scarce(question, Optional.empty());

        assertThat(begin).isEqualTo(new Scarce<>(List.of(), Optional.of(blob(2))));
        assertThat(copies.scarce(question, begin.next()))
                .isEqualTo(new Scarce<>(List.of(blob(3)), Optional.empty()));
    }

    @Test
    void scarceOutput_isWhatAHolderHasAndTooFewLivingOnes() throws Exception {
        Copies copies = copies();
        need(3);
        Output second = new Output(job(1), 2, Stream.STDOUT);
        copies.addLogs(out(1), ALL);
        copies.addLogs(second, List.of("a"));
        copies.addLogs(out(2), List.of("a", "c"));
        copies.addLogs(out(3), List.of("c"));
        Scarcity question = new Scarcity("a", List.of("a", "b"), 2, 10);

        assertThat(copies.scarceLogs(question, Optional.empty()))
                .isEqualTo(new Scarce<>(List.of(second, out(2)), Optional.empty()));
        assertThat(copies.scarceLogs(question, Optional.of(second)).found())
                .containsExactly(out(2));
        assertThat(copies.scarceLogs(new Scarcity("a", ALL, 1, 10), Optional.empty()).found())
                .isEmpty();
    }

    /** What the first attempt of a job printed. */
    protected static Output out(int job) {
        return new Output(job(job), 1, Stream.STDOUT);
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
