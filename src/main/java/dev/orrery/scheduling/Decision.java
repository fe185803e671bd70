package dev.orrery.scheduling;

import java.util.List;

/** What was decided: facts for the state, and effects for the shell. */
public record Decision(List<StateEvent> events, List<Effect> effects) {

    /** Nothing changes. */
    public static final Decision NOTHING = new Decision(List.of(), List.of());

    /** Copies the lists. */
    public Decision {
        events = List.copyOf(events);
        effects = List.copyOf(effects);
    }

    boolean isNothing() {
        return events.isEmpty() && effects.isEmpty();
    }

    static Decision reply(Effect effect) {
        return new Decision(List.of(), List.of(effect));
    }
}
