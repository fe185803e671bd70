package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.schedule.KeptSchedules;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.model.schedule.ScheduleSpec;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.DurableEvent.ScheduleChanged;
import dev.orrery.store.StoreException.Kind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** What every engine must do about schedules. */
public abstract class SchedulesContractTest {

    private static final Instant START = Histories.START;
    private static final Instant MOMENT = Instant.parse("2026-11-23T02:00:00Z");

    private final SplittableRandom random = new SplittableRandom(42);

    @TempDir private Path data;
    private Store store;
    private long epoch;

    /** The engine. */
    protected abstract StoreFixture fixture();

    @BeforeEach
    void openStore() throws StoreException {
        store = fixture().open(data, InstantSource.fixed(START));
        epoch = Leads.lead(store, "test");
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private void reopen() throws StoreException {
        store.close();
        openStore();
    }

    @Test
    void schedule_isFoundByIdAndName() throws StoreException {
        Schedule nightly = create("nightly", "default");
        Schedule other = create("nightly", "elsewhere");

        assertThat(store.schedules().find(nightly.id())).contains(nightly);
        assertThat(store.schedules().find(Namespace.DEFAULT, "nightly")).contains(nightly);
        assertThat(store.schedules().find(new Namespace("elsewhere"), "nightly")).contains(other);
        assertThat(store.schedules().find(Namespace.DEFAULT, "daily")).isEmpty();
        assertThat(store.schedules().find(newId())).isEmpty();
    }

    @Test
    void changes_areThereAfterARestart() throws StoreException {
        Schedule schedule = create("nightly", "default");
        List<ScheduleChange> changes =
                List.of(
                        new ScheduleChange.Fired(MOMENT, schedule.id().jobAt(MOMENT)),
                        new ScheduleChange.Skipped(MOMENT.plusSeconds(9), 7, "missed"),
                        new ScheduleChange.Triggered(Histories.jobId(random, START), "me"),
                        new ScheduleChange.Paused("me"));
        for (ScheduleChange change : changes) {
            store.commit(epoch, List.of(new ScheduleChanged(schedule.id(), MOMENT, change)));
            schedule = schedule.after(change, MOMENT);
        }

        reopen();

        assertThat(store.load().schedules().all()).containsExactly(schedule);
        assertThat(store.schedules().find(schedule.id())).contains(schedule);
        assertThat(schedule.progress().fired()).isEqualTo(1);
        assertThat(schedule.progress().paused()).isTrue();
    }

    @Test
    void manyFires_ofOneBatch_allCount() throws StoreException {
        Schedule schedule = create("nightly", "default");
        List<DurableEvent> batch = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Instant at = MOMENT.plusSeconds(i);
            batch.add(fired(schedule.id(), at));
        }

        store.commit(epoch, batch);

        Schedule stored = store.schedules().find(schedule.id()).orElseThrow();
        assertThat(stored.progress().fired()).isEqualTo(100);
        assertThat(stored.progress().decidedTo()).isEqualTo(MOMENT.plusSeconds(99));
    }

    @Test
    void pages_goThroughAllInOrderOfCreation() throws StoreException {
        List<Schedule> created = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            created.add(create("s" + (9 - i), i == 3 ? "elsewhere" : "default"));
        }

        List<Schedule> listed = new ArrayList<>();
        List<Schedule> page = store.schedules().list(Optional.empty(), Optional.empty(), 3);
        while (!page.isEmpty()) {
            listed.addAll(page);
            Optional<ScheduleId> last = Optional.of(page.getLast().id());
            page = store.schedules().list(Optional.empty(), last, 3);
        }

        assertThat(listed).isEqualTo(created);
        assertThat(store.load().schedules().all()).isEqualTo(created);
        assertThat(store.schedules().list(Optional.of(Namespace.DEFAULT), Optional.empty(), 9))
                .hasSize(6)
                .doesNotContain(created.get(3));
    }

    @Test
    void deletedSchedule_isGoneAndItsNameIsFree() throws StoreException {
        Schedule first = create("nightly", "default");
        store.commit(
                epoch,
                List.of(
                        new ScheduleChanged(first.id(), START, new ScheduleChange.Paused("me")),
                        new ScheduleChanged(first.id(), START, new ScheduleChange.Deleted("me"))));

        assertThat(store.schedules().find(first.id())).isEmpty();
        assertThat(store.load().schedules().all()).isEmpty();
        Schedule second = create("nightly", "default");
        assertThat(store.schedules().find(Namespace.DEFAULT, "nightly")).contains(second);
    }

    @Test
    void deletedSchedules_areRememberedInOrderUpToABound() throws StoreException {
        List<ScheduleId> ids = new ArrayList<>();
        List<DurableEvent> batch = new ArrayList<>();
        for (int i = 0; i < KeptSchedules.DELETED_MAX + 3; i++) {
            ScheduleId id = newId();
            ids.add(id);
            batch.add(
                    new ScheduleChanged(
                            id, START, new ScheduleChange.Created(Histories.schedule("s" + i))));
            batch.add(new ScheduleChanged(id, START, new ScheduleChange.Deleted("me")));
        }

        store.commit(epoch, batch);
        reopen();

        assertThat(store.load().schedules())
                .isEqualTo(new KeptSchedules(List.of(), ids.subList(3, ids.size())));
    }

    @Test
    void filesOfASchedule_areReferencedForAsLongAsItIsThere() throws StoreException {
        BlobId blob = Histories.blobId(random);
        JobSpec job =
                Histories.spec(
                        "default", "job", Map.of(), List.of(Histories.stored("in.txt", blob)));
        ScheduleId id = create(Histories.schedule("nightly", job)).id();
        assertThat(store.jobs().isReferenced(blob)).isTrue();

        JobId fired = id.jobAt(MOMENT);
        store.commit(epoch, List.of(fired(id, MOMENT), Histories.submitted(fired, MOMENT, job, 1)));
        delete(id);
        assertThat(store.jobs().isReferenced(blob, fired)).isTrue();

        ScheduleId other = create(Histories.schedule("other", job)).id();
        store.commit(
                epoch,
                List.of(
                        Histories.assigned(fired, 2, MOMENT, 1),
                        Histories.started(fired, 3, MOMENT, 1),
                        Histories.over(fired, 4, MOMENT, 1, 0),
                        new DurableEvent.JobsPurged(List.of(fired))));
        assertThat(store.jobs().isReferenced(blob)).isTrue();

        delete(other);
        assertThat(store.jobs().isReferenced(blob)).isFalse();
    }

    @Test
    void scheduleThatIsCreatedAndDeletedInOneBatch_leavesNothing() throws StoreException {
        BlobId blob = Histories.blobId(random);
        JobSpec job =
                Histories.spec(
                        "default", "job", Map.of(), List.of(Histories.stored("in.txt", blob)));
        ScheduleId id = newId();

        store.commit(
                epoch,
                List.of(
                        new ScheduleChanged(
                                id,
                                START,
                                new ScheduleChange.Created(Histories.schedule("nightly", job))),
                        new ScheduleChanged(id, START, new ScheduleChange.Deleted("me"))));

        assertThat(store.load().schedules().all()).isEmpty();
        assertThat(store.jobs().isReferenced(blob)).isFalse();
    }

    @Test
    void jobOfAMoment_isTakenOnce() throws StoreException {
        ScheduleId id = create("nightly", "default").id();
        JobSpec job = Histories.spec("default", "job", Map.of(), List.of());
        List<DurableEvent> fire =
                List.of(fired(id, MOMENT), Histories.submitted(id.jobAt(MOMENT), MOMENT, job, 1));
        store.commit(epoch, fire);

        assertThatThrownBy(() -> store.commit(epoch, fire))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Kind.CONFLICT));
    }

    @Test
    void leaderOfAnOlderEpoch_firesNothing() throws StoreException {
        Schedule schedule = create("nightly", "default");
        long old = epoch;
        epoch = Leads.lead(store, "next");

        assertThatThrownBy(() -> store.commit(old, List.of(fired(schedule.id(), MOMENT))))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Kind.FENCED));
        assertThat(store.load().schedules().all()).containsExactly(schedule);
    }

    private static ScheduleChanged fired(ScheduleId id, Instant at) {
        return new ScheduleChanged(id, at, new ScheduleChange.Fired(at, id.jobAt(at)));
    }

    private void delete(ScheduleId id) throws StoreException {
        store.commit(
                epoch, List.of(new ScheduleChanged(id, START, new ScheduleChange.Deleted("me"))));
    }

    private Schedule create(String name, String namespace) throws StoreException {
        return create(
                Histories.schedule(name, Histories.spec(namespace, "job", Map.of(), List.of())));
    }

    private Schedule create(ScheduleSpec spec) throws StoreException {
        ScheduleId id = newId();
        store.commit(
                epoch, List.of(new ScheduleChanged(id, START, new ScheduleChange.Created(spec))));
        return Schedule.created(id, START, spec);
    }

    private long ids;

    /** In order of creation, as the shell makes them. */
    private ScheduleId newId() {
        ids++;
        return new ScheduleId(Histories.jobId(random, START.plusMillis(ids)).value());
    }
}
