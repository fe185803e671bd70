package dev.orrery.scheduling;

import dev.orrery.protocol.LoadedState;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.scheduling.policy.Policies;
import dev.orrery.scheduling.policy.Rules;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The scheduler of one leader in one epoch: a state, and the only way to change it. */
public final class SchedulerMachine {

    /** The longest time without a tick: the pace of reconciliation. */
    private static final Duration TICK_MAX = Duration.ofSeconds(1);

    private final long epoch;
    private final Scheduler scheduler;
    private final Dispatcher dispatcher;
    private final SchedulerState state;

    /** The state's changes after which nothing more could go. */
    private long settledAt = -1;

    private SchedulerMachine(long epoch, Rules rules, SchedulerState state) {
        this.epoch = epoch;
        this.dispatcher = new Dispatcher(rules);
        this.scheduler = new Scheduler(rules, dispatcher);
        this.state = state;
    }

    /**
     * The machine of a new leader. Every attempt that the store tells of is taken to run on, and
     * its worker has a full lease to say hello.
     *
     * @param adopted when this lease begins: no earlier leader renews one after it
     */
    public static SchedulerMachine load(
            long epoch, Rules rules, Policies policies, LoadedState loaded, Moment adopted) {
        long leaseEnd = adopted.nanos() + rules.lease().toNanos();
        return new SchedulerMachine(
                epoch, rules, SchedulerState.restore(policies, rules.sharing(), loaded, leaseEnd));
    }

    /** Takes one input and all that follows from it, and gives what the shell has to do. */
    public Decision step(Input input, Moment now) {
        List<StateEvent> events = new ArrayList<>();
        List<Effect> effects = new ArrayList<>();
        if (input instanceof Input.Asked(long replyTo, SchedulerRequest.SubmitMany many)) {
            take(replyTo, many, now, events, effects);
        } else {
            take(scheduler.decide(state, input, now, epoch), events, effects);
        }
        if (isAlarmDue(now)) {
            take(scheduler.decide(state, new Input.Tick(), now, epoch), events, effects);
        }
        if (!isAlarmDue(now) && state.changes() != settledAt) {
            dispatchAll(now, events, effects);
        }
        return new Decision(events, effects);
    }

    /** One submission after the other, as each changes what the next one meets; one answer. */
    private void take(
            long replyTo,
            SchedulerRequest.SubmitMany many,
            Moment now,
            List<StateEvent> events,
            List<Effect> effects) {
        List<Effect> replies = new ArrayList<>();
        for (SchedulerRequest.Submit submission : many.submissions()) {
            Input one = new Input.Asked(replyTo, submission);
            take(scheduler.decide(state, one, now, epoch), events, replies);
        }
        List<SchedulerReply.Verdict> verdicts =
                replies.stream().map(SchedulerMachine::verdict).toList();
        effects.add(new Effect.Reply(replyTo, new SchedulerReply.Verdicts(verdicts)));
    }

    private static SchedulerReply.Verdict verdict(Effect effect) {
        if (effect instanceof Effect.Reply(long _, SchedulerReply.Verdict verdict)) {
            return verdict;
        }
        throw new IllegalStateException("no answer to a submission: " + effect);
    }

    private void dispatchAll(Moment now, List<StateEvent> events, List<Effect> effects) {
        Decision next = dispatcher.dispatch(state, now);
        while (!next.isNothing()) {
            take(next, events, effects);
            next = dispatcher.dispatch(state, now);
        }
        settledAt = state.changes();
    }

    private void take(Decision decision, List<StateEvent> events, List<Effect> effects) {
        decision.events().forEach(state::apply);
        events.addAll(decision.events());
        effects.addAll(decision.effects());
    }

    private boolean isAlarmDue(Moment now) {
        return nextAlarm().filter(at -> !at.isAfter(now.wall())).isPresent();
    }

    /** When a task or a schedule changes by itself next. */
    private Optional<Instant> nextAlarm() {
        Optional<Instant> moment = state.schedules().nextAlarm();
        Optional<Instant> alarm = state.alarms().next().map(Alarms.Alarm::at);
        return alarm.isEmpty() || moment.filter(alarm.get()::isAfter).isPresent() ? moment : alarm;
    }

    /** How long the shell may wait before the next tick. */
    public Duration wakeAfter(Moment now) {
        Duration wait = TICK_MAX;
        Optional<Instant> next = nextAlarm();
        if (next.isPresent()) {
            Duration alarm = Duration.between(now.wall(), next.get());
            wait = alarm.compareTo(wait) < 0 ? alarm : wait;
        }
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /** The state, for tests and simulation. */
    SchedulerState state() {
        return state;
    }

    /** The epoch in which this machine leads. */
    public long epoch() {
        return epoch;
    }
}
