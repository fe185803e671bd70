package dev.orrery.node.work;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.model.AttemptId;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.WorkerMessage;
import dev.orrery.protocol.WorkerMessage.Report;
import dev.orrery.protocol.WorkerReply;

import io.vertx.core.Vertx;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Brings reports to the leader: one batch under way, repeated until it is durable there; what comes
 * meanwhile makes the next one.
 *
 * <p>The worker holds a bounded number of attempts, and each has at most one report of each kind
 * here, so the box is bounded.
 */
public final class ReportOutbox {

    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final long PAUSE_MILLIS_MIN = 100;
    private static final long PAUSE_MILLIS_MAX = 2_000;
    private static final int BATCH_MAX = 500;

    private final Vertx vertx;
    private final Bus bus;
    private final Self self;
    private final Epochs epochs;
    private final Consumer<AttemptId> acknowledged;
    private final Map<AttemptId, Report.Progress> progress = new LinkedHashMap<>();
    private final Deque<Report> waiting = new ArrayDeque<>();
    private Optional<Repetition> repetition = Optional.empty();
    private boolean sending;
    private boolean closed;
    private long seq;
    private long pauseMillis = PAUSE_MILLIS_MIN;

    /** A batch that is sent again when its timer fires. */
    private record Repetition(long timer, WorkerMessage.Reports reports) {}

    /** What a worker has heard of leaders. */
    public interface Epochs {

        /** The newest. */
        long epoch();

        /** One leads in this epoch, or has led. */
        void heardOf(long epoch);
    }

    /** Who reports. */
    public record Self(WorkerId worker, long incarnation) {}

    /**
     * Nothing to report yet.
     *
     * @param epochs what the worker has heard of leaders
     * @param acknowledged told of ends that are durable
     */
    public ReportOutbox(
            Vertx vertx, Bus bus, Self self, Epochs epochs, Consumer<AttemptId> acknowledged) {
        this.vertx = vertx;
        this.bus = bus;
        this.self = self;
        this.epochs = epochs;
        this.acknowledged = acknowledged;
    }

    /** Reports one thing as soon as the last batch has arrived. */
    public void add(Report report) {
        put(report);
        sendNext();
    }

    /** Reports ends together. */
    public void addEnds(List<Report.Ended> ends) {
        ends.forEach(this::put);
        sendNext();
    }

    private void put(Report report) {
        switch (report) {
            case Report.Started it -> waiting.add(it);
            case Report.Progress it -> progress.put(it.attempt(), it);
            case Report.Ended it -> {
                progress.remove(it.attempt());
                waiting.add(it);
            }
            case Report.NotStarted it -> waiting.add(it);
        }
    }

    private void sendNext() {
        if (sending || closed || (waiting.isEmpty() && progress.isEmpty())) {
            return;
        }
        List<Report> batch = new ArrayList<>();
        while (!waiting.isEmpty() && batch.size() < BATCH_MAX) {
            batch.add(waiting.poll());
        }
        batch.addAll(progress.values());
        progress.clear();
        seq++;
        sending = true;
        deliver(new WorkerMessage.Reports(self.worker(), self.incarnation(), seq, batch));
    }

    private void deliver(WorkerMessage.Reports reports) {
        if (closed) {
            return;
        }
        bus.request(Address.SCHEDULER, reports, REPLY_TIMEOUT)
                .onSuccess(reply -> answered(reports, reply))
                .onFailure(fault -> again(reports));
    }

    /** Another master leads: what waits for its repetition goes now. */
    public void hurry() {
        pauseMillis = PAUSE_MILLIS_MIN;
        repetition.ifPresent(it -> {
            if (vertx.cancelTimer(it.timer())) {
                repetition = Optional.empty();
                deliver(it.reports());
            }
        });
    }

    private void again(WorkerMessage.Reports reports) {
        long timer =
                vertx.setTimer(
                        pauseMillis,
                        id -> {
                            repetition = Optional.empty();
                            deliver(reports);
                        });
        repetition = Optional.of(new Repetition(timer, reports));
        pauseMillis = Math.min(PAUSE_MILLIS_MAX, 2 * pauseMillis);
    }

    /**
     * One who led earlier may not have held the attempts, and have dropped what it acknowledged.
     * And one who led earlier might send again what a later one has acknowledged, which then is not
     * remembered here: from now on that is refused.
     */
    private void answered(WorkerMessage.Reports reports, Message reply) {
        if (!(reply instanceof WorkerReply.Acknowledged taken) || taken.epoch() < epochs.epoch()) {
            again(reports);
            return;
        }
        epochs.heardOf(taken.epoch());
        pauseMillis = PAUSE_MILLIS_MIN;
        sending = false;
        for (Report report : reports.reports()) {
            switch (report) {
                case Report.Ended it -> acknowledged.accept(it.attempt());
                case Report.NotStarted it -> acknowledged.accept(it.attempt());
                case Report.Started it -> {}
                case Report.Progress it -> {}
            }
        }
        sendNext();
    }

    public boolean isEmpty() {
        return !sending && waiting.isEmpty();
    }

    public void close() {
        closed = true;
    }
}
