package dev.orrery.simulation;

/**
 * One thing that is done to the cluster.
 *
 * @param atMillis from the beginning of the run
 * @param forMillis how long it lasts, where it lasts
 * @param seed of what is chosen when it is done: who, how far, in which direction
 */
record Fault(long atMillis, Kind kind, long forMillis, long seed) {

    /** What is done. */
    enum Kind {
        /** kill -9 of a master (F3, F4). */
        KILL_MASTER,
        /** kill -9 of the leader (F14). */
        KILL_LEADER,
        /** SIGSTOP of a master (F7, F17, F18). */
        FREEZE_MASTER,
        /** SIGSTOP of the leader. */
        FREEZE_LEADER,
        /** SIGTERM of the leader (F12). */
        STOP_LEADER,
        /** The leader and the store do not reach each other (F19). */
        CUT_LEADER_FROM_STORE,
        /** One direction of the same (F20). */
        CUT_LEADER_FROM_STORE_ONE_WAY,
        /** The leader reaches no worker (F21). */
        CUT_LEADER_FROM_WORKERS,
        /** Agent killed, warden alive (F1, F2). */
        KILL_WORKER,
        /** Agent and warden killed, programs alive. */
        ORPHAN_PROGRAMS,
        /** The machine of a worker is off. */
        POWER_OFF_WORKER,
        /** SIGSTOP of a worker's agent. */
        FREEZE_WORKER,
        /** SIGTERM of a worker (F13). */
        STOP_WORKER,
        /** A worker reaches nobody (F22). */
        ISOLATE_WORKER,
        /** The same, and its wall clock is turned back by ten minutes. */
        ISOLATE_WORKER_AND_TURN_ITS_CLOCK_BACK,
        /** The network falls in two (F23). */
        SPLIT,
        /** A leader and some workers on one side, the store and the rest on the other. */
        SPLIT_LEADER_OFF,
        /** The same, and the clock of the store jumps ahead, so that its lease ends early (F43). */
        SPLIT_LEADER_OFF_AND_END_ITS_LEASE,
        /** One direction between two hosts is cut. */
        CUT_ONE_WAY,
        /** One direction between two hosts is clogged (F25). */
        CLOG,
        /** The bus lies (F26). */
        LIE,
        /** Power fails at the store. */
        RESTART_STORE,
        /** The store has no space (F32). */
        FILL_STORE,
        /** A master, or each of them, cannot read the state that it would begin with. */
        LOAD_FAILS,
        /** The clock of the store jumps by up to a minute (F43). */
        JUMP_STORE_CLOCK,
        /** The wall clock of a host jumps by up to ten minutes (F42). */
        JUMP_WALL_CLOCK,
        /** Everybody is killed at once (F6). */
        KILL_EVERYBODY
    }

    @Override
    public String toString() {
        return "%8.3f s  %s for %.3f s (%d)".formatted(atMillis / 1e3, kind, forMillis / 1e3, seed);
    }
}
