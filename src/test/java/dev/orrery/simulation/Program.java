package dev.orrery.simulation;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Outcome;
import dev.orrery.model.Outcome.StopReason;

import java.util.Optional;

/** What really runs on a machine for one attempt, whatever its worker knows of it. */
final class Program {

    private static final long GRACE = 10 * Dice.SECOND;
    private static final long GIVES_UP_AFTER = 5 * Dice.SECOND;

    final AttemptId attempt;
    final JobSpec spec;
    final Worker worker;
    final long startedAt;
    private final World world;
    private final int life;
    private final boolean isStubborn;
    private final boolean isUnkillable;
    private Optional<StopReason> stopped = Optional.empty();
    private boolean killed;
    private boolean alive = true;
    private boolean reported;
    private boolean excused;

    Program(World world, Worker worker, AttemptId attempt, JobSpec spec) {
        this.world = world;
        this.worker = worker;
        this.attempt = attempt;
        this.spec = spec;
        this.startedAt = world.agenda.now();
        this.life = worker.host.life().number();
        this.isStubborn = world.whims.has(Whim.PROGRAM_IGNORES_TERM);
        this.isUnkillable = world.whims.has(Whim.PROGRAM_IS_UNKILLABLE);
    }

    /** Runs until its time is over. */
    void begin() {
        world.witness.started(this);
        world.agenda.after(world.runTime(attempt, spec), () -> gone(world.outcome(attempt)));
    }

    /** TERM, and KILL when the grace is over. */
    void stop(StopReason reason) {
        if (stopped.isPresent()) {
            return;
        }
        stopped = Optional.of(reason);
        if (!isStubborn && !isUnkillable) {
            vanishWithin(200 * Dice.MILLI);
        }
        if (!world.has(Bug.STOP_IS_NEVER_A_KILL)) {
            worker.host.after(GRACE, () -> kill(reason));
        }
    }

    /** KILL, by its worker. */
    void kill(StopReason reason) {
        stopped = stopped.or(() -> Optional.of(reason));
        if (killed || !alive) {
            return;
        }
        killed = true;
        if (isUnkillable) {
            excused = true;
            worker.host.after(GIVES_UP_AFTER, () -> report(Outcome.WorkerFault.UNKILLABLE));
        } else {
            vanishWithin(20 * Dice.MILLI);
        }
    }

    /** Ends by something else than its worker's will. */
    void vanishWithin(long nanos) {
        world.agenda.after(
                world.chance.between(0, nanos),
                () -> gone(new Outcome.Stopped(stopped.orElse(StopReason.STALE))));
    }

    /** Ends at once. */
    void vanish() {
        gone(new Outcome.Stopped(StopReason.STALE));
    }

    private void gone(Outcome outcome) {
        if (!alive) {
            return;
        }
        alive = false;
        world.witness.ended(this);
        worker.host.run(
                life, () -> report(stopped.<Outcome>map(Outcome.Stopped::new).orElse(outcome)));
    }

    private void report(Outcome outcome) {
        if (!reported) {
            reported = true;
            worker.ended(this, outcome);
        }
    }

    boolean isAlive() {
        return alive;
    }

    /** Whether its worker could do nothing about it: frozen by others, or unkillable. */
    boolean isExcused() {
        excused |= alive && worker.wasFrozenBeyondTheFence();
        return excused;
    }

    @Override
    public String toString() {
        return attempt + " on " + worker.host + " since " + startedAt / Dice.MILLI + " ms";
    }
}
