package dev.orrery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.Principal;
import dev.orrery.store.JobReads.JobRow;
import dev.orrery.store.JobReads.Page;
import dev.orrery.store.JobReads.Query;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** What every engine's lists and tokens must do. */
public abstract class JobReadsContractTest {

    private static final Instant START = Histories.START;
    private static final Query ALL =
            new Query(
                    Optional.empty(),
                    List.of(),
                    new TreeMap<>(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    100);

    private final SplittableRandom random = new SplittableRandom(11);
    private final TreeMap<String, Long> numbers = new TreeMap<>();

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

    @Test
    void pages_goThroughAllJobsNewestFirst() throws StoreException {
        List<JobId> submitted = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            // Three jobs share each instant: the order is still that of the submissions.
            submitted.add(submit("default", "job", START.plusMillis(i / 3)));
        }

        List<JobId> listed = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Page page = store.jobs().list(page(cursor, 10));
            page.rows().forEach(row -> listed.add(row.job()));
            cursor = page.next();
        } while (cursor.isPresent());

        assertThat(listed).isEqualTo(submitted.reversed());
    }

    @Test
    void page_isStableWhileJobsArrive() throws StoreException {
        JobId oldest = submit("default", "job", START);
        submit("default", "job", START.plusMillis(1));
        Page first = store.jobs().list(page(Optional.empty(), 1));
        submit("default", "job", START.plusMillis(2));

        Page second = store.jobs().list(page(first.next(), 1));

        assertThat(second.rows()).extracting(JobRow::job).containsExactly(oldest);
        assertThat(second.next()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "AAAA", "AgAAAAAAAAAB", "' OR 1=1 --"})
    void malformedCursor_isRefused(String cursor) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.jobs().list(page(Optional.of(cursor), 10)))
                .withMessageContaining("cursor");
    }

    @Test
    void known_areThoseOfManyJobsThatThereAre() throws StoreException {
        JobId first = submit("default", "job", START);
        JobId second = submit("default", "job", START);
        List<JobId> asked = new ArrayList<>(List.of(first));
        for (int i = 0; i < 450; i++) {
            asked.add(Histories.jobId(random, START));
        }
        asked.add(second);

        assertThat(store.jobs().known(asked)).containsExactlyInAnyOrder(first, second);
        assertThat(store.jobs().known(asked.subList(1, 300))).isEmpty();
        assertThat(store.jobs().known(List.of())).isEmpty();
    }

    @Test
    void referenced_areThoseOfManyBlobsThatJobsNeed() throws StoreException {
        List<BlobId> blobs = new ArrayList<>();
        for (int i = 0; i < 450; i++) {
            blobs.add(new BlobId("%064x".formatted(i)));
        }
        BlobId needed = blobs.get(400);
        for (int number = 1; number <= 2; number++) {
            JobSpec spec =
                    Histories.spec(
                            "default", "needs", Map.of(), List.of(Histories.stored("in", needed)));
            store.commit(
                    epoch,
                    List.of(
                            Histories.submitted(
                                    Histories.jobId(random, START), START, spec, number)));
        }

        assertThat(store.jobs().referenced(blobs)).containsExactly(needed);
    }

    @Test
    void filters_chooseByEachField() throws StoreException {
        JobId red = submit("red", "Build 100%_done", START, Map.of("team", "a", "tier", "1"));
        JobId blue = submit("blue", "build other", START.plusSeconds(1), Map.of("team", "a"));
        JobId ended = submit("blue", "test", START.plusSeconds(2));
        store.commit(
                epoch,
                List.of(
                        Histories.assigned(ended, 2, START, 1),
                        Histories.over(ended, 3, START, 1, 1)));

        assertThat(list(namespace("blue"))).containsExactly(ended, blue);
        assertThat(list(statuses(TaskStatus.FAILED))).containsExactly(ended);
        assertThat(list(statuses(TaskStatus.FAILED, TaskStatus.QUEUED)))
                .containsExactly(ended, blue, red);
        assertThat(list(statuses(TaskStatus.RUNNING))).isEmpty();
        assertThat(list(labels(Map.of("team", "a")))).containsExactly(blue, red);
        assertThat(list(labels(Map.of("team", "a", "tier", "1")))).containsExactly(red);
        assertThat(list(labels(Map.of("team", "b")))).isEmpty();
        assertThat(list(name("BUILD"))).containsExactly(blue, red);
        assertThat(list(name("0%_d"))).containsExactly(red);
        assertThat(list(name("%"))).containsExactly(red);
        assertThat(list(name("\\"))).isEmpty();
    }

    @Test
    void filters_boundTimesAndNumbers() throws StoreException {
        JobId first = submit("default", "job", START);
        JobId second = submit("default", "job", START.plusSeconds(1));
        JobId third = submit("default", "job", START.plusSeconds(2));

        assertThat(list(times(Optional.of(START.plusSeconds(1)), Optional.empty())))
                .containsExactly(third, second);
        assertThat(list(times(Optional.empty(), Optional.of(START.plusSeconds(1)))))
                .containsExactly(first);
        assertThat(list(numbers(2, 3))).containsExactly(third, second);
        assertThat(list(numbers(1, 1))).containsExactly(first);
    }

    @Test
    void prefix_findsJobsOfTheNamespaceOnly() throws StoreException {
        JobId red = submit("red", "job", START);
        JobId blue = submit("blue", "job", START);
        String common = red.toString().substring(0, 13);

        JobReads jobs = store.jobs();
        assertThat(jobs.withPrefix(Optional.empty(), common, 10))
                .containsExactlyInAnyOrder(red, blue);
        assertThat(jobs.withPrefix(Optional.of(new Namespace("red")), common, 10))
                .containsExactly(red);
        assertThat(jobs.withPrefix(Optional.empty(), red.toString().toUpperCase(Locale.ROOT), 10))
                .containsExactly(red);
        assertThat(jobs.withPrefix(Optional.empty(), common, 1)).hasSize(1);
        assertThat(jobs.withPrefix(Optional.empty(), common.replace("-", ""), 10)).isEmpty();
        assertThat(jobs.withPrefix(Optional.empty(), "xyz%", 10)).isEmpty();
        assertThat(jobs.withPrefix(Optional.empty(), "", 10)).hasSize(2);
    }

    @Test
    void events_beginAfterTheGivenOne() throws StoreException {
        JobId job = submit("default", "job", START);
        JobEvent assigned = Histories.assigned(job, 2, START, 1);
        JobEvent started = Histories.started(job, 3, START, 1);
        JobEvent over = Histories.over(job, 4, START, 1, 0);
        store.commit(epoch, List.of(assigned, started, over));

        assertThat(store.jobs().events(job, 1, 10)).containsExactly(assigned, started, over);
        assertThat(store.jobs().events(job, 2, 1)).containsExactly(started);
        assertThat(store.jobs().events(job, 4, 10)).isEmpty();
    }

    @Test
    void retention_countsFromTheEnd() throws StoreException {
        JobId job = submit("default", "job", START);
        submit("default", "live", START);
        store.commit(
                epoch,
                List.of(
                        Histories.assigned(job, 2, START, 1),
                        Histories.over(job, 3, START.plusSeconds(5), 1, 0)));
        Instant over = START.plusSeconds(5).plus(Duration.ofDays(7));

        assertThat(store.jobs().pastRetention(over.minusMillis(1), 10)).isEmpty();
        assertThat(store.jobs().pastRetention(over, 10)).containsExactly(job);
    }

    @Test
    void counts_areOfOneNamespaceOrAll() throws StoreException {
        submit("red", "job", START);
        submit("blue", "job", START);

        assertThat(store.jobs().counts(Optional.empty()))
                .containsEntry(TaskStatus.QUEUED, 2L)
                .containsEntry(TaskStatus.RUNNING, 0L);
        assertThat(store.jobs().counts(Optional.of(new Namespace("red"))))
                .containsEntry(TaskStatus.QUEUED, 1L);
    }

    @Test
    void token_isFoundUntilItExpiresOrIsRevoked() throws StoreException {
        Tokens tokens = store.tokens();
        Principal admin = new Principal("admin", Principal.Role.ADMIN, Optional.empty());
        Principal guest =
                new Principal("guest", Principal.Role.VIEWER, Optional.of(new Namespace("red")));
        Instant expiry = START.plusSeconds(60);

        assertThat(tokens.add("aa", admin, START, Optional.empty())).isTrue();
        assertThat(tokens.add("bb", guest, START, Optional.of(expiry))).isTrue();
        assertThat(tokens.add("cc", guest, START, Optional.empty())).isFalse();

        assertThat(tokens.find("aa", START)).contains(admin);
        assertThat(tokens.find("bb", START)).contains(guest);
        assertThat(tokens.find("bb", expiry)).isEmpty();
        assertThat(tokens.find("cc", START)).isEmpty();
        assertThat(tokens.list())
                .containsExactly(
                        new Tokens.Entry(admin, START, Optional.empty()),
                        new Tokens.Entry(guest, START, Optional.of(expiry)));
        assertThat(tokens.revoke("admin")).isTrue();
        assertThat(tokens.revoke("admin")).isFalse();
        assertThat(tokens.find("aa", START)).isEmpty();
    }

    @Test
    void secret_isMadeOnceAndStays() throws StoreException {
        byte[] secret = store.tokens().secret("cookies");

        store.close();
        store = fixture().open(data, InstantSource.fixed(START));

        assertThat(secret).hasSize(32);
        assertThat(store.tokens().secret("cookies")).isEqualTo(secret);
        assertThat(store.tokens().secret("other")).isNotEqualTo(secret);
    }

    private JobId submit(String namespace, String name, Instant at) throws StoreException {
        return submit(namespace, name, at, Map.of());
    }

    private JobId submit(String namespace, String name, Instant at, Map<String, String> labels)
            throws StoreException {
        JobId job = Histories.jobId(random, at);
        long number = numbers.merge(namespace, 1L, Long::sum);
        store.commit(
                epoch,
                List.of(
                        Histories.submitted(
                                job,
                                at,
                                Histories.spec(namespace, name, labels, List.of()),
                                number)));
        return job;
    }

    private List<JobId> list(Query query) throws StoreException {
        return store.jobs().list(query).rows().stream().map(JobRow::job).toList();
    }

    private static Query page(Optional<String> cursor, int limit) {
        return new Query(
                ALL.namespace(),
                ALL.statuses(),
                ALL.labels(),
                ALL.name(),
                ALL.submittedAfter(),
                ALL.submittedBefore(),
                ALL.numberFirst(),
                ALL.numberLast(),
                cursor,
                limit);
    }

    private static Query namespace(String name) {
        return chosen(Optional.of(new Namespace(name)), List.of(), Map.of(), Optional.empty());
    }

    private static Query statuses(TaskStatus... statuses) {
        return chosen(Optional.empty(), List.of(statuses), Map.of(), Optional.empty());
    }

    private static Query labels(Map<String, String> labels) {
        return chosen(Optional.empty(), List.of(), labels, Optional.empty());
    }

    private static Query name(String part) {
        return chosen(Optional.empty(), List.of(), Map.of(), Optional.of(part));
    }

    private static Query times(Optional<Instant> after, Optional<Instant> before) {
        return new Query(
                ALL.namespace(),
                ALL.statuses(),
                ALL.labels(),
                ALL.name(),
                after,
                before,
                ALL.numberFirst(),
                ALL.numberLast(),
                ALL.cursor(),
                ALL.limit());
    }

    private static Query numbers(long first, long last) {
        return new Query(
                ALL.namespace(),
                ALL.statuses(),
                ALL.labels(),
                ALL.name(),
                ALL.submittedAfter(),
                ALL.submittedBefore(),
                Optional.of(first),
                Optional.of(last),
                ALL.cursor(),
                ALL.limit());
    }

    private static Query chosen(
            Optional<Namespace> namespace,
            List<TaskStatus> statuses,
            Map<String, String> labels,
            Optional<String> name) {
        return new Query(
                namespace,
                statuses,
                new TreeMap<>(labels),
                name,
                ALL.submittedAfter(),
                ALL.submittedBefore(),
                ALL.numberFirst(),
                ALL.numberLast(),
                ALL.cursor(),
                ALL.limit());
    }
}
