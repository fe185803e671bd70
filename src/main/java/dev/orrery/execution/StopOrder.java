package dev.orrery.execution;

import dev.orrery.model.Outcome.StopReason;

/**
 * That an attempt shall end.
 *
 * @param atOnce without the grace time
 */
record StopOrder(StopReason reason, boolean atOnce) {

    /** The first reason stands; haste only grows. */
    StopOrder and(StopOrder later) {
        return new StopOrder(reason, atOnce || later.atOnce);
    }
}
