package dev.orrery.execution.posix;

import dev.orrery.execution.posix.ProcessTable.Entry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * All processes of an attempt, wherever they hid.
 *
 * <p>We are the parent of every orphan among our descendants. So when the attempt's first process
 * has ended, something of it lives if and only if one of our adopted children is of it: reading
 * that one list is the whole check after an ordinary end. Who belongs is told by the tag, the mark,
 * the session, the control group, or a parent that belongs.
 */
public final class ProcessTree {

    private static final long KILL_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private static final int GATHER_ROUNDS_MAX = 100;

    private final ProcessTable table;
    private final Signals signals;
    private final long first;
    private final Identity identity;
    private final ControlGroup group;

    /** The processes that descend from the first one. */
    public ProcessTree(
            ProcessTable table,
            Signals signals,
            long first,
            Identity identity,
            ControlGroup group) {
        this.table = table;
        this.signals = signals;
        this.first = first;
        this.identity = identity;
        this.group = group;
    }

    /** Whether nothing is left, once the first process has ended and before it is buried. */
    public boolean isEmpty() {
        if (table.adopted().isEmpty()) {
            return true;
        }
        return group.members().stream().allMatch(pid -> pid == first) && ownOrphans().isEmpty();
    }

    /**
     * Brings into the control group what was started before the first process had joined it. All
     * are stopped meanwhile, so that they cannot start more than is caught.
     */
    public void gather() {
        if (group == ControlGroup.NONE
                || (table.children(first).isEmpty() && ownOrphans().isEmpty())) {
            return;
        }
        signals.sendGroup(first, Signals.STOP);
        List<Long> outside = outside();
        for (int i = 0; i < GATHER_ROUNDS_MAX && !outside.isEmpty(); i++) {
            for (long pid : outside) {
                signals.send(pid, Signals.STOP);
                group.join(pid);
            }
            outside = outside();
        }
        signals.sendGroup(first, Signals.CONT);
        members().forEach(member -> signals.send(member.pid(), Signals.CONT));
    }

    private List<Long> outside() {
        Set<Long> inside = new HashSet<>(group.members());
        return members().stream()
                .filter(member -> !member.isZombie() && !inside.contains(member.pid()))
                .map(Entry::pid)
                .toList();
    }

    /**
     * Buries adopted processes of its session that ended while the first one runs on; those that
     * left it show no more whose they were, and are left to {@link Orphans}.
     */
    public void buryOrphans() {
        ownOrphans();
    }

    /** Asks all of them to end. */
    public void terminate() {
        signals.sendGroup(first, Signals.TERM);
        for (Entry member : members()) {
            if (member.pid() != first && member.session() != first) {
                signals.send(member.pid(), Signals.TERM);
            }
        }
    }

    /** Kills all, again and again until none is left; says whether that came to be. */
    public boolean kill() {
        long end = System.nanoTime() + KILL_NANOS_MAX;
        Map<Long, Entry> seen = new HashMap<>();
        for (int i = 0; ; i++) {
            List<Entry> left = members();
            left.addAll(unrecognized(seen, left));
            left.forEach(member -> seen.put(member.pid(), member));
            left.removeIf(this::isFinished);
            if (left.isEmpty()) {
                return true;
            }
            if (System.nanoTime() - end > 0) {
                return false;
            }
            group.kill();
            signals.sendGroup(first, Signals.KILL);
            left.forEach(member -> signals.send(member.pid(), Signals.KILL));
            Pause.round(i);
        }
    }

    /** One that ends has lost its tag before it is a zombie, and would not be waited for. */
    private List<Entry> unrecognized(Map<Long, Entry> seen, List<Entry> members) {
        Set<Long> recognized = new HashSet<>();
        members.forEach(member -> recognized.add(member.pid()));
        return seen.values().stream()
                .filter(known -> !recognized.contains(known.pid()))
                .flatMap(known ->
                        table.find(known.pid()).stream()
                                .filter(now -> now.startTicks() == known.startTicks()))
                .toList();
    }

    /** The most memory that all of them together were seen to hold; 0 when it is not known. */
    public long memoryPeakBytes() {
        long counted = group.memoryPeakBytes();
        if (counted > 0) {
            return counted;
        }
        List<Long> members = group.members();
        if (members.isEmpty()) {
            return table.memoryPeakBytes(first);
        }
        return members.stream().mapToLong(table::memoryPeakBytes).sum();
    }

    private List<Long> ownOrphans() {
        List<Long> own = new ArrayList<>();
        for (long pid : table.adopted()) {
            Optional<Entry> entry = pid == first ? Optional.empty() : table.find(pid);
            if (entry.filter(this::isOfSession).filter(Entry::isZombie).isPresent()) {
                signals.bury(pid);
            } else if (entry.filter(this::isOwn).isPresent()) {
                own.add(pid);
            }
        }
        return own;
    }

    private boolean isOfSession(Entry entry) {
        return entry.session() == first;
    }

    private boolean isOwn(Entry entry) {
        return isOfSession(entry) || table.carries(entry.pid(), identity);
    }

    /** An ended process is of no more concern: ours are buried here, others by their parents. */
    private boolean isFinished(Entry member) {
        if (member.isZombie() && member.parent() == table.self() && member.pid() != first) {
            signals.bury(member.pid());
        }
        return member.isZombie();
    }

    /** Who belongs now, parents before children where the table allows. */
    private List<Entry> members() {
        List<Entry> all = table.all();
        if (all.isEmpty()) {
            return new ArrayList<>(descendants());
        }
        long born = table.find(first).map(Entry::startTicks).orElse(0L);
        Set<Long> grouped = new HashSet<>(group.members());
        Set<Long> known = new HashSet<>();
        for (Entry entry : all) {
            boolean candidate = entry.startTicks() >= born && entry.pid() != table.self();
            if (candidate
                    && (entry.pid() == first
                            || entry.session() == first
                            || grouped.contains(entry.pid())
                            || table.carries(entry.pid(), identity))) {
                known.add(entry.pid());
            }
        }
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Entry entry : all) {
                grew |= known.contains(entry.parent()) && known.add(entry.pid());
            }
        }
        List<Entry> members = new ArrayList<>(all);
        members.removeIf(entry -> !known.contains(entry.pid()));
        return members;
    }

    /** Where there is no process table: as the Java library sees it. */
    private List<Entry> descendants() {
        return ProcessHandle.of(first).stream()
                .flatMap(ProcessHandle::descendants)
                .map(process -> new Entry(process.pid(), first, first, 'R', 0))
                .toList();
    }
}
