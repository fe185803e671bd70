package dev.orrery.scheduling;

import dev.orrery.protocol.DurableEvent;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Rules;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The shell's duties without a shell: a machine, its store, its epoch and both clocks. */
final class Leader {

    private final Rules rules;
    private final Policies policies;
    private final MemoryStore store = new MemoryStore();
    private SchedulerMachine machine;
    private long epoch = 1;
    private Moment now = new Moment(0, Sample.START);

    Leader(Rules rules, Policies policies) {
        this.rules = rules;
        this.policies = policies;
        this.machine = SchedulerMachine.load(epoch, rules, policies, Sample.EMPTY, now);
    }

    static Leader standard() {
        return new Leader(Sample.RULES, Policies.standard());
    }

    /**
     * Takes an input, commits what is durable, and gives what was decided; when the store refuses,
     * nothing is released and the next leader takes over.
     */
    Decision step(Input input) {
        Decision decision = machine.step(input, now);
        if (!store.commit(durable(decision))) {
            crash();
            return Decision.NOTHING;
        }
        return decision;
    }

    private static List<DurableEvent> durable(Decision decision) {
        return decision.events().stream()
                .filter(StateEvent.Durable.class::isInstance)
                .map(event -> ((StateEvent.Durable) event).event())
                .toList();
    }

    /** Takes an input and dies before the commit: nothing is stored and nothing released. */
    void stepAndCrash(Input input) {
        machine.step(input, now);
        crash();
    }

    /** The next leader takes over from the store. */
    void crash() {
        epoch++;
        machine = loaded();
    }

    /** What a new leader would begin with now. */
    SchedulerMachine loaded() {
        return SchedulerMachine.load(epoch, rules, policies, store.load(now), now);
    }

    void advance(Duration time) {
        now = new Moment(now.nanos() + time.toNanos(), now.wall().plus(time));
    }

    /** Moves the wall clock alone. */
    void jump(Duration time) {
        now = new Moment(now.nanos(), now.wall().plus(time));
    }

    Duration wakeAfter() {
        return machine.wakeAfter(now);
    }

    SchedulerState state() {
        return machine.state();
    }

    MemoryStore store() {
        return store;
    }

    long epoch() {
        return machine.epoch();
    }

    Moment now() {
        return now;
    }

    Instant wall() {
        return now.wall();
    }
}
