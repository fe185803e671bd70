package dev.orrery.scheduling;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Rules;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How many empty tasks a scheduler without disk and network decides a second: submitted, assigned
 * and ended, at a constant length of the queue. Logs lines as {@code bench/run} prints them.
 *
 * <p>{@code mvn test-compile}, then {@code java -cp … dev.orrery.scheduling.DispatchBenchmark
 * QUEUED WORKERS TASKS [NAMESPACES [DEMANDS]]}.
 */
final class DispatchBenchmark {

    private static final int REPORTS_IN_A_MESSAGE = 32;
    private static final Duration RUN_TIME = Duration.ofNanos(100_000);

    private final ArrayDeque<Effect.Assign> held = new ArrayDeque<>();
    private final SchedulerMachine machine;
    private final int namespaces;
    private final int demands;
    private long nanos;
    private int jobs;
    private long reports;

    private DispatchBenchmark(int queued, int workers, int namespaces, int demands) {
        this.namespaces = namespaces;
        this.demands = demands;
        this.machine = SchedulerMachine.load(1, rules(), Policies.standard(), Sample.EMPTY, now());
        long before = QueueBenchmark.usedBytes();
        for (int i = 0; i < queued; i++) {
            submit();
        }
        long bytes = QueueBenchmark.usedBytes() - before;
        QueueBenchmark.print(
                "core-heap", queued, (double) bytes, bytes / (double) queued, "bytes/task");
        for (int i = 1; i <= workers; i++) {
            take(
                    new Input.Told(
                            1,
                            new WorkerMessage.Hello(
                                    new WorkerId("w" + i),
                                    1,
                                    1,
                                    1,
                                    Sample.offer(2),
                                    List.of(),
                                    "")));
        }
    }

    private static Rules rules() {
        Rules some = Sample.RULES;
        return new Rules(
                some.lease(),
                Long.MAX_VALUE,
                some.taskMax(),
                some.prefetchBelow(),
                256,
                some.idempotencyTtl(),
                some.sharing());
    }

    public static void main(String[] args) {
        int queued = Integer.parseInt(args[0]);
        int workers = Integer.parseInt(args[1]);
        int tasks = Integer.parseInt(args[2]);
        int namespaces = args.length > 3 ? Integer.parseInt(args[3]) : 1;
        int demands = args.length > 4 ? Integer.parseInt(args[4]) : 1;
        DispatchBenchmark benchmark = new DispatchBenchmark(queued, workers, namespaces, demands);
        benchmark.run(tasks);
        for (int round = 0; round < 3; round++) {
            long start = System.nanoTime();
            benchmark.run(tasks);
            double seconds = (System.nanoTime() - start) / 1e9;
            String name =
                    "dispatch-%d-queued-%d-workers-%d-namespaces-%d-demands"
                            .formatted(queued, workers, namespaces, demands);
            QueueBenchmark.print(name, tasks, seconds, tasks / seconds, "tasks/s");
        }
    }

    private void run(int tasks) {
        int ended = 0;
        while (ended < tasks) {
            Effect.Assign first = held.element();
            List<Report> ends = new ArrayList<>();
            ArrayDeque<Effect.Assign> others = new ArrayDeque<>();
            while (ends.size() < REPORTS_IN_A_MESSAGE && !held.isEmpty()) {
                Effect.Assign next = held.remove();
                if (next.worker().equals(first.worker())) {
                    ends.add(end(next.attempt()));
                } else {
                    others.add(next);
                }
            }
            others.descendingIterator().forEachRemaining(held::addFirst);
            for (int i = 0; i < ends.size(); i++) {
                submit();
            }
            reports++;
            take(new Input.Told(1, new WorkerMessage.Reports(first.worker(), 1, reports, ends)));
            ended += ends.size();
        }
    }

    private Report end(AttemptId attempt) {
        return new Report.Ended(
                attempt, Sample.result(new Outcome.Exited(0), now().wall(), RUN_TIME));
    }

    private void submit() {
        jobs++;
        JobSpec spec =
                Sample.spec()
                        .namespace("n" + jobs % namespaces)
                        .resources(Sample.cpus(jobs % demands == 0 ? 1 : 3 + jobs % demands))
                        .make();
        take(
                new Input.Asked(
                        1, new SchedulerRequest.Submit(Sample.job(jobs), spec, Optional.empty())));
    }

    private Moment now() {
        nanos += 1_000;
        return Sample.moment(Duration.ofNanos(nanos));
    }

    private void take(Input input) {
        for (Effect effect : machine.step(input, now()).effects()) {
            if (effect instanceof Effect.Assign it) {
                held.add(it);
            }
        }
    }
}
