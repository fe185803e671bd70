package dev.orrery.node;

import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.LoadedState;
import dev.orrery.store.JobReads;
import dev.orrery.store.LeaderRow;
import dev.orrery.store.Masters;
import dev.orrery.store.ScheduleReads;
import dev.orrery.store.Store;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreException.Kind;
import dev.orrery.store.Tokens;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A real store that refuses what a test says. */
final class RefusingStore implements Store {

    private final Store store;
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicReference<Optional<Kind>> next = new AtomicReference<>(Optional.empty());
    private volatile Optional<Kind> commits = Optional.empty();
    private volatile Optional<Kind> loading = Optional.empty();
    private volatile Optional<Kind> terms = Optional.empty();
    private volatile List<String> silent = List.of();

    RefusingStore(Store store) {
        this.store = store;
    }

    /** Refuses every commit from now on, or none. */
    void refuseCommits(Optional<Kind> kind) {
        commits = kind;
    }

    void refuseLoads(Kind kind) {
        loading = Optional.of(kind);
    }

    /** Refuses to say who leads. */
    void refuseTerms(Kind kind) {
        terms = Optional.of(kind);
    }

    /** Refuses the next commit only. */
    void refuseNextCommit(Kind kind) {
        next.set(Optional.of(kind));
    }

    int loads() {
        return loads.get();
    }

    @Override
    public void commit(long epoch, List<DurableEvent> events) throws StoreException {
        Optional<Kind> once = next.getAndSet(Optional.empty());
        if (once.isPresent()) {
            throw refusal(once.get());
        }
        if (commits.isPresent()) {
            throw refusal(commits.get());
        }
        store.commit(epoch, events);
    }

    private static StoreException refusal(Kind kind) {
        return new StoreException(kind, "as the test wants: " + kind);
    }

    @Override
    public LoadedState load() throws StoreException {
        loads.incrementAndGet();
        if (loading.isPresent()) {
            throw refusal(loading.get());
        }
        return store.load();
    }

    @Override
    public LeaderRow leaderRow() {
        return new Row(store.leaderRow());
    }

    private final class Row implements LeaderRow {
        private final LeaderRow row;

        Row(LeaderRow row) {
            this.row = row;
        }

        @Override
        public Optional<Long> acquire(Holder candidate, Duration ttl) throws StoreException {
            return row.acquire(candidate, ttl);
        }

        @Override
        public void renew(long epoch, Duration ttl) throws StoreException {
            row.renew(epoch, ttl);
        }

        @Override
        public void resign(long epoch) throws StoreException {
            row.resign(epoch);
        }

        @Override
        public Term term() throws StoreException {
            if (terms.isPresent()) {
                throw refusal(terms.get());
            }
            return row.term();
        }
    }

    /** These masters have been silent for long. */
    void silence(List<String> masters) {
        silent = masters;
    }

    @Override
    public Masters masters() {
        return new Register(store.masters());
    }

    private final class Register implements Masters {
        private final Masters masters;

        Register(Masters masters) {
            this.masters = masters;
        }

        @Override
        public void report(Master self) throws StoreException {
            masters.report(self);
        }

        @Override
        public List<Master> alive(Duration within) throws StoreException {
            return masters.alive(within);
        }

        @Override
        public List<String> forget(Duration silentFor) {
            List<String> gone = silent;
            silent = List.of();
            return gone;
        }
    }

    @Override
    public ScheduleReads schedules() {
        return store.schedules();
    }

    @Override
    public JobReads jobs() {
        return store.jobs();
    }

    @Override
    public Tokens tokens() {
        return store.tokens();
    }

    @Override
    public Connection snapshot() throws StoreException {
        return store.snapshot();
    }

    @Override
    public void close() {
        store.close();
    }
}
