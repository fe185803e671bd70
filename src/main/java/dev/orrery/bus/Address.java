package dev.orrery.bus;

import dev.orrery.model.WorkerId;

/** A place on the bus: few, long-lived, one for each node and role. */
public record Address(String value) {

    private static final String WORKER = "orrery.v1.worker.";

    /** The leader's scheduler: requests of the API and messages of workers. */
    public static final Address SCHEDULER = new Address("orrery.v1.scheduler");

    /** Topics, events, tokens: what proxies ask a master. */
    public static final Address TOPICS = new Address("orrery.v1.topics");

    /** Notices of who leads: heard by every node. */
    static final Address LEADER = new Address("orrery.v1.leader");

    /** The same place at one node. */
    public Address at(String node) {
        return new Address(value + "." + node);
    }

    /** Commands to one incarnation of a worker. */
    public static Address worker(WorkerId worker, long incarnation) {
        return new Address(WORKER + worker + "." + incarnation);
    }

    boolean isWorker() {
        return value.startsWith(WORKER);
    }

    /** Live events for the proxy of one node. */
    public static Address proxy(String node) {
        return new Address("orrery.v1.proxy." + node);
    }

    @Override
    public String toString() {
        return value;
    }
}
