package dev.orrery.simulation;

/**
 * How well the network carries messages.
 *
 * @param lost how many of a message's copies are lost, from 0 to 1
 * @param doubled how many come twice, from 0 to 1
 * @param delayMax the longest delay, in nanoseconds; what differs much reorders
 */
record Weather(double lost, double doubled, long delayMax) {

    /** A network as in one room. */
    static final Weather FINE = new Weather(0, 0, 3 * Dice.MILLI);

    /** Fault F26: 20 % lost, 20 % doubled, and reordered within about fifty messages. */
    static final Weather LYING = new Weather(0.2, 0.2, 500 * Dice.MILLI);

    /** The weather of a run. */
    static Weather random(Dice dice) {
        return switch (dice.below(6)) {
            case 0 -> LYING;
            case 1 -> new Weather(0.01, 0.01, 20 * Dice.MILLI);
            case 2 -> new Weather(0.05, 0.05, 200 * Dice.MILLI);
            case 3 -> new Weather(0, 0.2, 100 * Dice.MILLI);
            default -> FINE;
        };
    }
}
