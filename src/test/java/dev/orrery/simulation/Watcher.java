package dev.orrery.simulation;

import static dev.orrery.simulation.Violation.unless;

import dev.orrery.model.JobId;
import dev.orrery.protocol.JobEvent;

import java.util.List;

/** A subscriber of one job from a number on: takes what is pushed, and reads what is missing. */
final class Watcher {

    private static final long POLL = 2 * Dice.SECOND;

    private final World world;
    private final Host host;
    private final JobId job;
    private long next;
    private boolean reading;

    Watcher(World world, Host host, JobId job, long from) {
        this.world = world;
        this.host = host;
        this.job = job;
        this.next = from;
    }

    void start() {
        world.watch(job, this);
        host.every(POLL, this::read);
        read();
    }

    Host host() {
        return host;
    }

    void pushed(JobEvent event) {
        if (event.seq() == next) {
            take(event);
        } else if (event.seq() > next) {
            read();
        }
    }

    private void read() {
        if (reading || isAtTheEnd()) {
            return;
        }
        reading = true;
        Master master = world.anyMaster();
        world.network.<List<JobEvent>>request(
                host,
                master.life(),
                reply -> world.read(master.host, job, next - 1, reply),
                POLL,
                new Network.Answer<>() {
                    @Override
                    public void came(List<JobEvent> events) {
                        reading = false;
                        events.stream().filter(it -> it.seq() >= next).forEach(it -> take(it));
                    }

                    @Override
                    public void missing() {
                        reading = false;
                    }
                });
    }

    /** Events come in order, without a gap, and only once they are durable. */
    private void take(JobEvent event) {
        unless(event.seq() == next, "event " + next + " is missing before " + event);
        List<JobEvent> history = world.store.durable.history(job);
        boolean isDurable =
                history.size() >= event.seq() && history.get((int) event.seq() - 1).equals(event);
        unless(isDurable, "told, but not stored: " + event);
        next++;
    }

    boolean isAtTheEnd() {
        return next > world.store.durable.history(job).size();
    }

    @Override
    public String toString() {
        return job + " from " + next + " at " + host;
    }
}
