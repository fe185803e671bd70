/**
 * Pure scheduling: queue, policy, placement, leases and retry, as decide and apply.
 *
 * <p>The room holds only the algorithm; disk, network, time and identifiers are left to a shell.
 * The same state and the same input give the same decision. The shell owns one {@link
 * dev.orrery.scheduling.SchedulerMachine} and has these duties, in this order, for one input at a
 * time:
 *
 * <ol>
 *   <li>Call {@code step(input, now)}. The state has then taken all of the decision's events.
 *   <li>Add the durable events to the open batch, and hold the effects back with it.
 *   <li>Commit the batch. While one is being committed the next one fills.
 *   <li>When it is on disk: publish its events and carry its effects out, in order.
 *   <li>When the commit fails: drop the whole machine, release nothing, and load again.
 *   <li>Call {@code step} with a {@code Tick} no later than {@code wakeAfter} says.
 * </ol>
 */
@NullMarked
package dev.orrery.scheduling;

import org.jspecify.annotations.NullMarked;
