package dev.orrery.simulation;

import dev.orrery.protocol.Message;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.protocol.WorkerReply;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Brings a worker's reports to the leader as {@code ReportOutbox} does, for one life of it. */
final class Outbox {

    private static final long REPLY_TIMEOUT = 5 * Dice.SECOND;
    private static final long PAUSE_MIN = 100 * Dice.MILLI;
    private static final long PAUSE_MAX = 2 * Dice.SECOND;

    private final World world;
    private final Worker worker;
    private final Deque<Report> waiting = new ArrayDeque<>();
    private boolean sending;
    private long seq;
    private long pause = PAUSE_MIN;
    private long repetition;
    private Optional<WorkerMessage.Reports> repeated = Optional.empty();

    Outbox(World world, Worker worker) {
        this.world = world;
        this.worker = worker;
    }

    void add(Report report) {
        waiting.add(report);
        sendNext();
    }

    boolean isEmpty() {
        return !sending && waiting.isEmpty();
    }

    private void sendNext() {
        if (sending || waiting.isEmpty()) {
            return;
        }
        List<Report> batch = new ArrayList<>(waiting);
        waiting.clear();
        seq++;
        sending = true;
        WorkerMessage.Reports reports =
                new WorkerMessage.Reports(worker.id, worker.host.life().number(), seq, batch);
        deliver(reports);
        if (world.has(Bug.OUTBOX_DROPS_BEFORE_THE_ACKNOWLEDGEMENT)) {
            acknowledged(reports);
        }
    }

    private void deliver(WorkerMessage.Reports reports) {
        worker.calls.request(
                reports,
                REPLY_TIMEOUT,
                new Network.Answer<>() {
                    @Override
                    public void came(Message value) {
                        if (seq != reports.seq() || !sending) {
                            return;
                        }
                        if (value instanceof WorkerReply.Acknowledged it
                                && it.epoch() >= worker.epoch()) {
                            worker.heardOf(it.epoch());
                            acknowledged(reports);
                        } else {
                            again(reports);
                        }
                    }

                    @Override
                    public void missing() {
                        if (seq == reports.seq() && sending) {
                            again(reports);
                        }
                    }
                });
    }

    private void again(WorkerMessage.Reports reports) {
        repetition++;
        long of = repetition;
        repeated = Optional.of(reports);
        worker.host.after(
                pause,
                () -> {
                    if (of == repetition && repeated.isPresent()) {
                        repeated = Optional.empty();
                        deliver(reports);
                    }
                });
        pause = Math.min(PAUSE_MAX, 2 * pause);
    }

    /** Another master leads: what waits for its repetition goes now. */
    void hurry() {
        pause = PAUSE_MIN;
        Optional<WorkerMessage.Reports> now = repeated;
        repeated = Optional.empty();
        now.ifPresent(this::deliver);
    }

    private void acknowledged(WorkerMessage.Reports reports) {
        pause = PAUSE_MIN;
        sending = false;
        for (Report report : reports.reports()) {
            switch (report) {
                case Report.Ended it -> worker.acknowledged(it.attempt());
                case Report.NotStarted it -> worker.acknowledged(it.attempt());
                case Report.Started it -> {}
                case Report.Progress it -> {}
            }
        }
        sendNext();
    }
}
