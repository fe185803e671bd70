package dev.orrery.scheduling.leadership;

import java.time.Duration;

/**
 * When a leader that reaches the store but no worker gives the lead away: somebody else hears
 * workers, and it has heard none for a while. It then stands back for a time, so that it does not
 * take the lead again at once.
 */
public final class HandOver {

    /** With less a hiccup of the network would pass the lead around. */
    private static final Duration SILENCE_MIN = Duration.ofSeconds(4);

    /** Long enough for another master to take the lead and to be seen. */
    public static final Duration ABSTENTION = Duration.ofSeconds(10);

    private HandOver() {}

    /**
     * Whether to give the lead away.
     *
     * @param silence since a worker was last heard, or since the lead was taken
     * @param workersOfOthers how many workers other living masters have heard lately
     * @param heartbeat of a worker; two of them make a silence, for one may be lost
     */
    public static boolean isDue(Duration silence, int workersOfOthers, Duration heartbeat) {
        Duration two = heartbeat.multipliedBy(2);
        Duration most = two.compareTo(SILENCE_MIN) > 0 ? two : SILENCE_MIN;
        return workersOfOthers > 0 && silence.compareTo(most) > 0;
    }
}
