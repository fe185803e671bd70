package dev.orrery.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** One thing that happens in a simulated cluster; numbers are read modulo what there is. */
sealed interface Step {

    /** Time passes for everybody. */
    record Advance(int millis) implements Step {}

    /** A new job; the dice say which. */
    record Submit(long dice) implements Step {}

    /** The last request of a submission comes once more. */
    record Resubmit(int job) implements Step {}

    /** Somebody cancels a job. */
    record Cancel(int job) implements Step {}

    /** Somebody retries a job, with a history that lacks its last events. */
    record Retry(int job, int missing) implements Step {}

    /** Somebody drains or resumes a worker. */
    record Drain(int worker, boolean on) implements Step {}

    /** A worker drains itself, or no longer. */
    record DrainItself(int worker, boolean on) implements Step {}

    /** A worker dies with its processes and comes back. */
    record Restart(int worker) implements Step {}

    /** A worker stops in good order, and starts again later. */
    record Leave(int worker) implements Step {}

    /** Nothing goes to or from a worker, or everything again. */
    record Isolate(int worker, boolean on) implements Step {}

    /** One message on its way meets its fate. */
    record Deliver(int message, Fate fate) implements Step {}

    /** The leader dies, before or after the next commit, and another loads. */
    record Crash(boolean beforeCommit) implements Step {}

    /** The wall clock jumps, and the monotonic one does not. */
    record Jump(int minutes) implements Step {}

    /** What becomes of a message. */
    enum Fate {
        ARRIVES,
        ARRIVES_TWICE,
        IS_LOST
    }

    /** A plausible history. */
    static List<Step> random(RandomGenerator random, int length) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            steps.add(random(random));
        }
        return steps;
    }

    private static Step random(RandomGenerator random) {
        int worker = random.nextInt(8);
        int kind = random.nextInt(100);
        if (kind < 55) {
            int fate = random.nextInt(20);
            return new Deliver(
                    random.nextInt(4) == 0 ? random.nextInt(50) : 0,
                    fate == 0 ? Fate.IS_LOST : fate == 1 ? Fate.ARRIVES_TWICE : Fate.ARRIVES);
        }
        if (kind < 72) {
            int millis = random.nextInt(5) == 0 ? 9_000 : 1_000;
            return new Advance(1 + random.nextInt(millis));
        }
        if (kind < 84) {
            return new Submit(random.nextLong());
        }
        return switch (kind) {
            case 84 -> new Resubmit(random.nextInt(50));
            case 85, 86, 87 -> new Cancel(random.nextInt(50));
            case 88, 89 -> new Retry(random.nextInt(50), random.nextInt(3));
            case 90 -> new Drain(worker, random.nextBoolean());
            case 91 -> new DrainItself(worker, random.nextBoolean());
            case 92, 93 -> new Restart(worker);
            case 94 -> new Leave(worker);
            case 95, 96 -> new Isolate(worker, random.nextInt(3) == 0);
            case 97 -> new Crash(true);
            case 98 -> new Jump(random.nextInt(-60, 61));
            default -> new Crash(false);
        };
    }
}
