package dev.orrery.execution.posix;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What earlier incarnations of a worker left running. */
public final class Leftovers {

    private static final int ROUNDS_MAX = 200;

    private Leftovers() {}

    /** Kills every process that bears the worker's marks; returns how many there were. */
    public static int kill(Identity.Worker worker, ProcessTable table, Signals signals) {
        String mark = "\0" + Identity.VARIABLE + "=" + worker.markPrefix();
        Set<Long> killed = new HashSet<>();
        for (int i = 0; i < ROUNDS_MAX; i++) {
            List<Long> left =
                    table
                            .marked(environment -> environment.contains(mark), worker.tagPrefix())
                            .stream()
                            .filter(pid -> table.find(pid).filter(e -> !e.isZombie()).isPresent())
                            .toList();
            if (left.isEmpty()) {
                return killed.size();
            }
            left.forEach(pid -> signals.send(pid, Signals.KILL));
            killed.addAll(left);
            Pause.round(i);
        }
        throw new IllegalStateException("these processes cannot be killed: " + killed);
    }
}
