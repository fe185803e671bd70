package dev.orrery.model;

import java.time.Duration;

/**
 * What one attempt used.
 *
 * @param wall from the start of its process to its end
 * @param userCpu time on the cpu in the program
 * @param systemCpu time on the cpu in the kernel
 * @param memoryPeakBytes the largest memory seen; 0 when it could not be read
 */
public record Usage(Duration wall, Duration userCpu, Duration systemCpu, long memoryPeakBytes) {

    /** Nothing used. */
    public static final Usage NONE = new Usage(Duration.ZERO, Duration.ZERO, Duration.ZERO, 0);
}
