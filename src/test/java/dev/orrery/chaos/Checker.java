package dev.orrery.chaos;

import dev.orrery.chaos.Fact.Acknowledged;
import dev.orrery.chaos.Fact.CancelAcknowledged;
import dev.orrery.chaos.Fact.Committed;
import dev.orrery.chaos.Fact.EndSeen;
import dev.orrery.chaos.Fact.Event;
import dev.orrery.chaos.Fact.Job;
import dev.orrery.chaos.Fact.JobSeen;
import dev.orrery.chaos.Fact.Led;
import dev.orrery.chaos.Fact.Left;
import dev.orrery.chaos.Fact.Missing;
import dev.orrery.chaos.Fact.Refused;
import dev.orrery.chaos.Fact.Sent;
import dev.orrery.chaos.Fact.Started;
import dev.orrery.chaos.Fact.Unknown;
import dev.orrery.chaos.Verdict.Violation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The one judge of histories: holds each rule against all facts, and changes nothing. */
final class Checker {
    private static final Set<String> TERMINAL =
            Set.of("SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED");

    private final List<Fact> facts;
    private final Duration lease;
    private final List<Violation> violations = new ArrayList<>();
    private final Map<String, Job> jobs = new TreeMap<>();
    private final Map<String, List<Job>> jobsOfKey = new TreeMap<>();

    private Checker(List<Fact> facts, Duration lease) {
        this.facts = facts;
        this.lease = lease;
        all(JobSeen.class).map(JobSeen::job).forEach(job -> jobs.put(job.id(), job));
        jobs.values().stream()
                .filter(job -> !job.key().isEmpty())
                .forEach(job ->
                        jobsOfKey.computeIfAbsent(job.key(), key -> new ArrayList<>()).add(job));
    }

    /**
     * Judges a whole history.
     *
     * @param lease of workers, the time in which what was on its way may still start
     */
    static Verdict check(List<Fact> facts, Duration lease) {
        return new Checker(facts, lease).verdict();
    }

    private Verdict verdict() {
        Executions executions = new Executions(facts, jobs, lease);
        acknowledged();
        keys();
        ends();
        cancels();
        jobs.values().forEach(this::job);
        jobs.values().stream().filter(Job::traced).forEach(executions::result);
        executions.all();
        epochs();
        all(Missing.class).forEach(it -> broken(Rule.READS_FOLLOW_WRITES, it.toString()));
        all(Left.class).forEach(left -> broken(Rule.NOTHING_LEFT, left.what()));
        violations.addAll(executions.violations());
        Set<String> acknowledged = keys(all(Acknowledged.class).map(Acknowledged::key));
        Set<String> unknown = keys(all(Unknown.class).map(Unknown::key));
        unknown.removeAll(acknowledged);
        Set<String> refused = keys(all(Refused.class).map(Refused::key));
        refused.removeAll(acknowledged);
        refused.removeAll(unknown);
        return new Verdict(
                violations,
                keys(all(Sent.class).map(Sent::key)).size(),
                keys(all(Acknowledged.class).map(Acknowledged::job)).size(),
                unknown.size(),
                refused.size(),
                executions.count(),
                executions.asleep());
    }

    private <F extends Fact> Stream<F> all(Class<F> kind) {
        return facts.stream().filter(kind::isInstance).map(kind::cast);
    }

    private static Set<String> keys(Stream<String> keys) {
        return keys.collect(Collectors.toCollection(TreeSet::new));
    }

    private void broken(Rule rule, String what) {
        violations.add(new Violation(rule, what));
    }

    private void acknowledged() {
        for (String id : keys(all(Acknowledged.class).map(Acknowledged::job))) {
            Job job = jobs.get(id);
            if (job == null) {
                broken(Rule.ACKNOWLEDGED_IS_PRESENT, id);
            } else if (!TERMINAL.contains(job.state())) {
                broken(Rule.ACKNOWLEDGED_IS_TERMINAL, id + " is " + job.state());
            }
        }
    }

    private void keys() {
        Map<String, Set<String>> acknowledged = new TreeMap<>();
        all(Acknowledged.class)
                .forEach(it ->
                        acknowledged
                                .computeIfAbsent(it.key(), key -> new TreeSet<>())
                                .add(it.job()));
        Map<String, Set<String>> all = new TreeMap<>(acknowledged);
        jobsOfKey.forEach((key, found) ->
                found.forEach(
                        job -> all.computeIfAbsent(key, it -> new TreeSet<>()).add(job.id())));
        all.forEach((key, found) -> {
            if (found.size() > 1) {
                broken(Rule.ONE_JOB_PER_KEY, key + " made " + found);
            }
        });
        Set<String> refused = keys(all(Refused.class).map(Refused::key));
        refused.removeAll(acknowledged.keySet());
        refused.removeAll(keys(all(Unknown.class).map(Unknown::key)));
        for (String key : refused) {
            if (jobsOfKey.containsKey(key)) {
                broken(Rule.REFUSED_IS_ABSENT, key + " made " + all.get(key));
            }
        }
    }

    /** What clients were told of ends against what started and what is true in the end. */
    private void ends() {
        Map<String, EndSeen> first = new TreeMap<>();
        all(EndSeen.class)
                .forEach(seen -> {
                    first.putIfAbsent(seen.job(), seen);
                    Job job = jobs.get(seen.job());
                    if (job != null
                            && job.round() == seen.round()
                            && !job.state().equals(seen.state())) {
                        broken(Rule.END_IS_FINAL, seen + " and now " + job.state());
                    }
                });
        all(Started.class)
                .forEach(start -> {
                    EndSeen end = first.get(start.execution().job());
                    Job job = jobs.get(start.execution().job());
                    boolean retried = job != null && job.round() > 1;
                    if (end != null && !retried && start.at() > end.at() + lease.toNanos()) {
                        broken(Rule.NO_START_AFTER_END, start + " after " + end);
                    }
                });
    }

    /** A cancel of a job that has ended is refused; of one that has not it is its end. */
    private void cancels() {
        all(CancelAcknowledged.class)
                .forEach(cancel -> {
                    Job job = jobs.get(cancel.job());
                    if (job == null) {
                        broken(Rule.CANCEL_ENDS, cancel + " of no job");
                    } else if (!TERMINAL.contains(job.state())) {
                        broken(Rule.CANCEL_ENDS, cancel + " and still " + job.state());
                    } else if (job.round() == 1) {
                        if (!job.state().equals("CANCELLED")) {
                            broken(Rule.CANCEL_ENDS, cancel + " and then " + job.state());
                        }
                        all(Started.class)
                                .filter(it -> it.execution().job().equals(cancel.job()))
                                .filter(it -> it.at() > cancel.at() + lease.toNanos())
                                .forEach(it ->
                                        broken(Rule.CANCEL_ENDS, it + " long after " + cancel));
                    }
                });
    }

    private void job(Job job) {
        dense(job);
        int results = 0;
        boolean open = true;
        for (Event event : job.events()) {
            if (event.terminal()) {
                results++;
                if (!open) {
                    broken(Rule.ONE_RESULT, job.id() + " ends twice in a round at " + event);
                }
                open = false;
            } else if (event.type().equals("retried")) {
                open = true;
            } else if (!open) {
                broken(Rule.EVENTS_ARE_DENSE, job.id() + " goes on after its end with " + event);
            }
        }
        if (results > job.round()) {
            broken(Rule.ONE_RESULT, job.id() + " has " + results + " ends in " + job.round());
        }
        long successes =
                job.attempts().stream().filter(it -> it.state().equals("SUCCEEDED")).count();
        if (successes > job.round()) {
            broken(Rule.ONE_RESULT, job.id() + " has successful attempts: " + job.attempts());
        }
    }

    private void dense(Job job) {
        long expected = 1;
        for (Event event : job.events()) {
            if (event.seq() != expected) {
                broken(
                        Rule.EVENTS_ARE_DENSE,
                        job.id() + " has " + event.seq() + " where " + expected + " belongs");
                return;
            }
            expected++;
        }
        boolean isOver = TERMINAL.contains(job.state());
        boolean saysSo = !job.events().isEmpty() && job.events().getLast().terminal();
        if (expected - 1 != job.lastSeq()) {
            String counts = expected - 1 + " events, and lastSeq " + job.lastSeq();
            broken(Rule.EVENTS_ARE_DENSE, job.id() + " has " + counts);
        } else if (isOver != saysSo) {
            broken(Rule.EVENTS_ARE_DENSE, job.id() + " is " + job.state() + ", and its events");
        }
    }

    private void epochs() {
        Map<Long, String> masters = new TreeMap<>();
        long before = 0;
        for (Led led : all(Led.class).sorted(Comparator.comparingLong(Led::at)).toList()) {
            if (led.epoch() <= before) {
                broken(Rule.EPOCHS_RISE, led + " after epoch " + before);
            }
            before = Math.max(before, led.epoch());
            masters.put(led.epoch(), led.master());
        }
        long last = 0;
        for (Committed commit :
                all(Committed.class).sorted(Comparator.comparingLong(Committed::order)).toList()) {
            String master = masters.computeIfAbsent(commit.epoch(), epoch -> commit.master());
            if (commit.epoch() < last) {
                broken(Rule.EPOCHS_RISE, commit + " after a commit of epoch " + last);
            } else if (!master.equals(commit.master())) {
                broken(Rule.EPOCHS_RISE, commit + ", but " + master + " leads");
            }
            last = Math.max(last, commit.epoch());
        }
    }
}
