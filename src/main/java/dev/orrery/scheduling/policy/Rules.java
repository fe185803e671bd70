package dev.orrery.scheduling.policy;

import dev.orrery.model.Resources;

import java.time.Duration;

/**
 * The numbers that a scheduler goes by.
 *
 * @param lease without a heartbeat for so long a worker is taken for lost
 * @param queueMax tasks that may be live before submissions are refused
 * @param taskMax the most one task may ask for
 * @param prefetchBelow mean run time under which workers hold attempts in advance
 * @param prefetchMax attempts in advance on one worker, at the most
 * @param idempotencyTtl how long an idempotency key is remembered
 */
public record Rules(
        Duration lease,
        long queueMax,
        Resources taskMax,
        Duration prefetchBelow,
        int prefetchMax,
        Duration idempotencyTtl) {}
