package dev.orrery.simulation;

import dev.orrery.scheduling.Moment;
import dev.orrery.scheduling.Sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine with one process: its clocks, its lives, and whether its code runs just now.
 *
 * <p>Everything that the process does goes through {@link #run}: what was meant for an earlier life
 * is dropped, and what comes while it is frozen waits.
 */
final class Host {

    final String name;
    final int number;
    private final World world;
    private final long origin;
    private final List<Runnable> backlog = new ArrayList<>();
    private Duration skew;
    private int life;
    private boolean up;
    private boolean frozen;
    private long frozenUntil = Long.MIN_VALUE;

    /**
     * A machine that is off.
     *
     * @param origin what its monotonic clock shows at the beginning of the run
     * @param skew of its wall clock
     */
    Host(World world, String name, int number, long origin, Duration skew) {
        this.world = world;
        this.name = name;
        this.number = number;
        this.origin = origin;
        this.skew = skew;
    }

    /** A life of the process that runs here, to whom others can send. */
    record Life(Host host, int number) {
        @Override
        public String toString() {
            return host.name + "#" + number;
        }
    }

    /** The monotonic clock. */
    long nanos() {
        return origin + world.agenda.now();
    }

    Moment moment() {
        return new Moment(nanos(), Sample.START.plusNanos(world.agenda.now()).plus(skew));
    }

    Duration skew() {
        return skew;
    }

    /** Moves the wall clock alone. */
    void setSkew(Duration to) {
        skew = to;
    }

    Life life() {
        return new Life(this, life);
    }

    boolean isUp() {
        return up;
    }

    boolean isFrozen() {
        return frozen;
    }

    /** Until when it was frozen for the last time, on the clock of the agenda. */
    long frozenUntil() {
        return frozen ? world.agenda.now() : frozenUntil;
    }

    /** A process begins. */
    void start() {
        life++;
        up = true;
        world.lives.put(life().toString(), life());
    }

    /** The process ends, with all it knew. */
    void die() {
        resumeDropping();
        up = false;
    }

    private void resumeDropping() {
        if (frozen) {
            frozenUntil = world.agenda.now();
        }
        frozen = false;
        backlog.clear();
    }

    /** SIGSTOP. */
    void freeze() {
        frozen |= up;
    }

    /** SIGCONT. */
    void thaw() {
        if (!frozen) {
            return;
        }
        List<Runnable> waiting = new ArrayList<>(backlog);
        if (world.whims.has(Whim.BACKLOG_IN_ANOTHER_ORDER)) {
            world.shuffle(waiting);
        }
        resumeDropping();
        int of = life;
        waiting.forEach(it -> run(of, it));
    }

    /** Runs code of a life of this process: now, when it thaws, or never. */
    void run(int ofLife, Runnable code) {
        if (!up || ofLife != life) {
            return;
        }
        if (frozen) {
            backlog.add(code);
        } else {
            code.run();
        }
    }

    /** A timer of this life. */
    void after(long nanos, Runnable code) {
        int of = life;
        world.agenda.after(nanos, () -> run(of, code));
    }

    /** A periodic timer of this life; what was missed comes once. */
    void every(long nanos, Runnable code) {
        after(
                nanos,
                () -> {
                    code.run();
                    every(nanos, code);
                });
    }

    @Override
    public String toString() {
        return life().toString();
    }
}
