package dev.orrery.scheduling.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.JobSpec.Constraint;
import dev.orrery.model.Problem;
import dev.orrery.model.Resources;
import dev.orrery.model.TaskRange;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.scheduling.Sample;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** The standard components, each by itself. */
final class PolicyTest {

    private static final Demand SMALL = Demand.of(Sample.spec().make());
    private static final Demand LARGE = Demand.of(Sample.spec().resources(Sample.cpus(4)).make());

    @Test
    void earliestDeadlineFirst_ordersByDeadlineThenPriorityThenArrival() {
        Prioritizer prioritizer = new EarliestDeadlineFirst();
        JobSpec plain = Sample.spec().make();
        JobSpec high = Sample.spec().priority(Integer.MIN_VALUE).make();
        JobSpec soon = Sample.spec().deadline(Sample.START.plusSeconds(1)).make();
        JobSpec soonHigh = Sample.spec().deadline(Sample.START.plusSeconds(1)).priority(1).make();
        JobSpec last = Sample.spec().deadline(Instant.MAX).make();

        assertThat(
                        List.of(
                                prioritizer.key(soonHigh, 9),
                                prioritizer.key(soon, 8),
                                prioritizer.key(last, 7),
                                prioritizer.key(plain, 1),
                                prioritizer.key(plain, 2),
                                prioritizer.key(high, 0)))
                .isSorted();
    }

    @Test
    void demandQueues_offerTheHeadOfEachDemand() {
        QueuePolicy queue = new DemandQueues();
        QueueEntry first = entry(1, LARGE);
        QueueEntry second = entry(2, SMALL);
        QueueEntry third = entry(3, SMALL);
        List.of(third, second, first, third).forEach(queue::add);

        assertThat(queue.size()).isEqualTo(3);
        assertThat(queue.candidates()).containsExactly(first, second);
        assertThat(queue.ahead(third)).isEqualTo(2);

        queue.remove(second);
        queue.remove(second);
        queue.remove(first);
        queue.remove(first);
        assertThat(queue.candidates()).containsExactly(third);
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void queueEntries_orderByKeyThenJobThenIndex() {
        PriorityKey key = new PriorityKey(1, 1, 1);
        JobId one = new JobId(new UUID(0, 1));
        JobId two = new JobId(new UUID(0, 2));

        assertThat(
                        List.of(
                                new QueueEntry(key, new TaskRange(one, 0, 0), SMALL),
                                new QueueEntry(key, new TaskRange(one, 1, 5), SMALL),
                                new QueueEntry(key, new TaskRange(two, 0, 0), SMALL),
                                entry(2, SMALL)))
                .isSorted();
    }

    @Test
    void leastRecentlyUsed_takesTheOneGivenWorkTheLongestAgo() {
        Placement placement = new LeastRecentlyUsed();

        assertThat(placement.choose(SMALL, List.of(candidate("a", 3), candidate("b", 1))))
                .contains(new WorkerId("b"));
        assertThat(placement.choose(SMALL, List.of())).isEmpty();
    }

    @Test
    void packAndSpread_takeTheFullestAndTheEmptiest() {
        Candidate full = withFree("full", 1);
        Candidate half = withFree("half", 2);
        Candidate empty = withFree("empty", 4);
        List<Candidate> all = List.of(half, full, empty);

        assertThat(new Pack().choose(SMALL, all)).contains(id("full"));
        assertThat(new Spread().choose(SMALL, all)).contains(id("empty"));
        assertThat(new Pack().choose(SMALL, List.of())).isEmpty();
        assertThat(new Spread().choose(SMALL, List.of())).isEmpty();
    }

    private static Candidate withFree(String name, int cpus) {
        return new Candidate(
                id(name), Sample.offer(4), true, Sample.cpus(cpus), 4_000, 0, 0, false, 0);
    }

    @Test
    void candidateThatIsNotEmpty_hasNoRoomForWhatWantsToBeAlone() {
        Demand alone = Demand.of(Sample.spec().exclusive(true).make());
        Candidate busy =
                new Candidate(
                        id("a"), Sample.offer(2), true, Sample.cpus(1), 1_000, 1, 0, false, 0);

        assertThat(busy.hasRoom(SMALL)).isTrue();
        assertThat(busy.hasRoom(alone)).isFalse();
        assertThat(busy.suits(alone)).isTrue();
        assertThat(busy.freePart(alone)).isEqualTo(0.5);
        assertThat(withFree("b", 4).hasRoom(alone)).isTrue();
    }

    @Test
    void freePart_isThatOfTheScarcestThing() {
        Candidate candidate = withFree("a", 1);

        assertThat(candidate.freePart(LARGE)).isEqualTo(0.25);
        assertThat(candidate.freePart(SMALL)).isEqualTo(1);
    }

    @Test
    void openPool_offersThoseWithRoomByName() {
        WorkerPool pool = new OpenPool();
        Candidate full =
                new Candidate(id("c"), Sample.offer(1), true, Resources.NONE, 0, 2, 0, false, 0);
        List.of(candidate("b", 1), candidate("a", 1), full).forEach(pool::put);

        assertThat(pool.withRoom(SMALL))
                .extracting(Candidate::worker)
                .containsExactly(id("a"), id("b"));
        assertThat(pool.withRoom(LARGE)).isEmpty();
        pool.remove(id("a"));
        assertThat(pool.all()).extracting(Candidate::worker).containsExactly(id("b"), id("c"));
    }

    @Test
    void candidate_hasRoomWhenOpenFreeAndAllowed() {
        WorkerOffer offer =
                new WorkerOffer(
                        Sample.cpus(2), 2, new TreeMap<>(Map.of("disk", "ssd")), "host", "1");
        Candidate candidate =
                new Candidate(id("a"), offer, true, Sample.cpus(2), 2_000, 0, 0, false, 0);
        Demand ssd = demand(new Constraint("disk", true, List.of("ssd")));
        Demand noSsd = demand(new Constraint("disk", false, List.of("ssd")));
        Demand other = demand(new Constraint("rack", true, List.of("r1")));

        assertThat(candidate.hasRoom(ssd)).isTrue();
        assertThat(candidate.hasRoom(noSsd)).isFalse();
        assertThat(candidate.hasRoom(other)).isFalse();
        assertThat(candidate.hasRoom(LARGE)).isFalse();
        assertThat(candidate.suits(LARGE)).isFalse();
        assertThat(candidate.suits(ssd)).isTrue();
        assertThat(candidate.suits(other)).isFalse();
        assertThat(
                        new Candidate(id("a"), offer, false, Sample.cpus(2), 2_000, 0, 0, false, 0)
                                .hasRoom(ssd))
                .isFalse();
        assertThat(
                        new Candidate(id("a"), offer, true, Sample.cpus(2), 0, 0, 0, false, 0)
                                .hasRoom(ssd))
                .isFalse();
    }

    @Test
    void configuredCapacity_namesTheFieldThatAsksForTooMuch() {
        TreeMap<String, Long> named = new TreeMap<>(Map.of("licences", 2L));
        Resources max = new Resources(2_000, 1_000, 1, named);

        assertThat(refused(new Resources(3_000, 0, 0, none()), max)).contains("resources.cpus");
        assertThat(refused(new Resources(0, 1_001, 0, none()), max)).contains("resources.memory");
        assertThat(refused(new Resources(0, 0, 2, none()), max)).contains("resources.gpus");
        assertThat(refused(new Resources(0, 0, 0, new TreeMap<>(Map.of("licences", 3L))), max))
                .contains("resources.named.licences");
        assertThat(refused(new Resources(0, 0, 0, new TreeMap<>(Map.of("other", 3L))), max))
                .isEmpty();
        assertThat(refused(max, max)).isEmpty();
    }

    private static Optional<String> refused(Resources asked, Resources max) {
        return new ConfiguredCapacity()
                .refusal(Sample.spec().resources(asked).make(), max)
                .flatMap(Problem::field);
    }

    private static SortedMap<String, Long> none() {
        return new TreeMap<>(Collections.emptyMap());
    }

    private static Demand demand(Constraint constraint) {
        return Demand.of(Sample.spec().constraints(List.of(constraint)).make());
    }

    private static WorkerId id(String name) {
        return new WorkerId(name);
    }

    private static Candidate candidate(String name, long lastUsed) {
        return new Candidate(
                id(name), Sample.offer(2), true, Sample.cpus(2), 2_000, 0, 0, false, lastUsed);
    }

    private static QueueEntry entry(long arrival, Demand demand) {
        JobId job = new JobId(new UUID(0, arrival));
        return new QueueEntry(new PriorityKey(9, 0, arrival), TaskRange.single(job), demand);
    }
}
