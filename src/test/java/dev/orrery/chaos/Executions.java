package dev.orrery.chaos;

import dev.orrery.chaos.Fact.Execution;
import dev.orrery.chaos.Fact.Finished;
import dev.orrery.chaos.Fact.Healed;
import dev.orrery.chaos.Fact.Injected;
import dev.orrery.chaos.Fact.Job;
import dev.orrery.chaos.Fact.Started;
import dev.orrery.chaos.Verdict.Violation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** What really ran, as the tasks wrote it down themselves, against what the cluster says of it. */
final class Executions {
    /** The fault that stops every process of a worker's machine, tasks included. */
    static final String FREEZE = "freeze-worker";

    /** In this time a worker that wakes kills what its lease no longer covers. */
    private static final long WAKING = Duration.ofSeconds(1).toNanos();

    private final List<Fact> facts;
    private final Map<String, Job> jobs;
    private final long lease;
    private final Map<String, List<Started>> byTask = new TreeMap<>();
    private final Map<Execution, Long> finished = new HashMap<>();
    private final List<Violation> violations = new ArrayList<>();
    private int count;
    private int asleep;

    Executions(List<Fact> facts, Map<String, Job> jobs, Duration lease) {
        this.facts = facts;
        this.jobs = jobs;
        this.lease = lease.toNanos();
        for (Fact fact : facts) {
            switch (fact) {
                case Started start -> {
                    count++;
                    Execution who = start.execution();
                    byTask.computeIfAbsent(who.job() + "." + who.index(), task -> new ArrayList<>())
                            .add(start);
                }
                case Finished end -> finished.put(end.execution(), end.at());
                default -> {}
            }
        }
        byTask.values().forEach(starts -> starts.sort(Comparator.comparingLong(Started::at)));
    }

    int count() {
        return count;
    }

    int asleep() {
        return asleep;
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    private void broken(Rule rule, String what) {
        violations.add(new Violation(rule, what));
    }

    /** Holds the rules that need no job. */
    void all() {
        byTask.values()
                .forEach(starts -> {
                    once(starts);
                    overlap(starts);
                    known(starts);
                });
    }

    private void once(List<Started> starts) {
        Set<Integer> attempts = new HashSet<>();
        for (Started start : starts) {
            if (!attempts.add(start.execution().attempt())) {
                broken(Rule.STARTS_ONCE, start + " is not the first of its attempt");
            }
        }
        Job job = jobs.get(starts.getFirst().execution().job());
        boolean single =
                job != null && job.restarts() == 0 && job.retries() == 0 && job.round() == 1;
        if (single && starts.size() > 1) {
            broken(Rule.STARTS_ONCE, "without restarts: " + starts);
        }
    }

    private void overlap(List<Started> starts) {
        for (int i = 1; i < starts.size(); i++) {
            Started later = starts.get(i);
            List<Started> earlier = starts.subList(0, i);
            boolean runsOn =
                    earlier.stream()
                            .anyMatch(it -> finished.getOrDefault(it.execution(), 0L) > later.at());
            if (!runsOn && later.othersAlive() == 0) {
                continue;
            }
            List<Started> alive = earlier.stream().filter(it -> mayLive(it, later.at())).toList();
            // Of those that all ended, one that left a daemon behind.
            List<Started> suspects = alive.isEmpty() ? earlier : alive;
            if (suspects.stream().allMatch(it -> isFrozen(it, later.at()))) {
                asleep++;
            } else {
                broken(Rule.NO_OVERLAP, later + " beside one of " + suspects);
            }
        }
        if (starts.getFirst().othersAlive() > 0) {
            broken(Rule.NO_OVERLAP, starts.getFirst() + " beside one that did not write");
        }
    }

    private boolean mayLive(Started start, long then) {
        return finished.getOrDefault(start.execution(), Long.MAX_VALUE) > then;
    }

    /**
     * Whether the machine of the execution is frozen then, since the execution began and for so
     * long that its lease could end meanwhile; the last renewal may be a heartbeat older.
     */
    private boolean isFrozen(Started start, long then) {
        String worker = start.execution().worker();
        OptionalLong frozenAt =
                facts.stream()
                        .filter(it ->
                                it instanceof Injected fault
                                        && fault.kind().equals(FREEZE)
                                        && fault.target().equals(worker)
                                        && fault.at() < then)
                        .mapToLong(it -> ((Injected) it).at())
                        .max();
        if (frozenAt.isEmpty()) {
            return false;
        }
        long from = frozenAt.getAsLong();
        long until = thawedAt(worker, from).orElse(then);
        long slept = Math.min(then, until) - from;
        return then <= until + WAKING && start.at() <= until && slept >= lease - lease / 5;
    }

    private OptionalLong thawedAt(String worker, long frozenAt) {
        return facts.stream()
                .filter(it ->
                        it instanceof Healed healed
                                && healed.kind().equals(FREEZE)
                                && healed.target().equals(worker)
                                && healed.at() > frozenAt)
                .mapToLong(it -> ((Healed) it).at())
                .min();
    }

    private void known(List<Started> starts) {
        for (Started start : starts) {
            Execution who = start.execution();
            Job job = jobs.get(who.job());
            if (job == null) {
                broken(Rule.EXECUTION_IS_KNOWN, start + " of no job");
            } else if (job.attempts().stream()
                    .noneMatch(it ->
                            it.number() == who.attempt() && it.worker().equals(who.worker()))) {
                broken(Rule.EXECUTION_IS_KNOWN, start + " is not of " + job.attempts());
            }
        }
    }

    /** Holds the result of a single task against what its execution did and printed. */
    void result(Job job) {
        if (!job.state().equals("SUCCEEDED")) {
            return;
        }
        List<Execution> accepted =
                byTask.getOrDefault(job.id() + ".0", List.of()).stream()
                        .map(Started::execution)
                        .filter(it -> it.attempt() == job.attempt())
                        .toList();
        if (accepted.isEmpty()) {
            broken(Rule.RESULT_RAN, job.id() + " succeeded, and " + job.attempt() + " never ran");
        } else if (!finished.containsKey(accepted.getFirst())) {
            broken(Rule.RESULT_RAN, accepted + " succeeded, and never finished");
        } else if (!job.stdout().equals(Task.output(accepted.getFirst()))) {
            broken(Rule.RESULT_RAN, accepted + " printed something else: " + job.stdout());
        }
    }
}
