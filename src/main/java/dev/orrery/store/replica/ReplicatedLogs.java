package dev.orrery.store.replica;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog.Stream;
import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;
import dev.orrery.store.Copies.Output;
import dev.orrery.store.LogFiles;
import dev.orrery.store.Masters.Master;
import dev.orrery.store.TooFewCopiesException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Logs on several masters.
 *
 * <p>What a worker ships is the same at each offset whoever takes it, because a worker reads its
 * one copy and an attempt's number is never used again. So pieces from several sources make up one
 * file in any order, without a version and without a conflict: what is there already is skipped,
 * and a gap is refused.
 *
 * <p>While an attempt runs, one master has its output, and the worker the whole of it: a master
 * that is lost costs a second shipment. With the last piece it goes to as many masters as must have
 * it.
 */
final class ReplicatedLogs implements LogFiles {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLogs.class);

    /** Who reads a growing log asks the others no more often. */
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** What a worker ships to here is nowhere else further. */
    private static final long SHIPPED_HERE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int REMEMBERED_MAX = 10_000;

    private final LogFiles local;
    private final Replicas replicas;
    private final Once<Log, Boolean> catchUps = new Once<>();
    private final Map<Log, Long> quietUntil = remembering();
    private final Map<Output, List<String>> holders = remembering();

    ReplicatedLogs(LogFiles local, Replicas replicas) {
        this.local = local;
        this.replicas = replicas;
    }

    @Override
    public long append(AttemptId attempt, Stream stream, long offset, ByteBuffer bytes)
            throws IOException {
        quiet(new Log(attempt, stream), SHIPPED_HERE_NANOS);
        try {
            return local.append(attempt, stream, offset, bytes.duplicate());
        } catch (GapException gap) {
            fill(new Log(attempt, stream));
            return local.append(attempt, stream, offset, bytes);
        }
    }

    @Override
    public void sync(AttemptId attempt, Stream stream) throws IOException {
        local.sync(attempt, stream);
        Log log = new Log(attempt, stream);
        if (local.find(attempt, stream).isEmpty()) {
            return;
        }
        Output output = Output.of(log);
        List<String> before = holders(output);
        List<String> now =
                replicas.spread(log, before, to -> LogCopy.bring(local, log, replicas.wire(), to));
        if (!before.containsAll(now)) {
            replicas.tell(copies -> copies.addLogs(output, now));
            List<String> all = new ArrayList<>(before);
            all.addAll(now);
            holders.put(output, List.copyOf(all));
        }
    }

    private List<String> holders(Output output) throws IOException {
        List<String> known = holders.get(output);
        return known == null ? replicas.ask(copies -> copies.ofLogs(output)) : known;
    }

    @Override
    public long sizeBytes(AttemptId attempt, Stream stream) {
        return local.sizeBytes(attempt, stream);
    }

    @Override
    public Optional<Path> find(AttemptId attempt, Stream stream) {
        return local.find(attempt, stream);
    }

    @Override
    public void catchUp(AttemptId attempt, Stream stream, OptionalLong wantedBytes)
            throws IOException {
        Log log = new Log(attempt, stream);
        if (wantedBytes.isEmpty()) {
            if (mayAsk(log)) {
                fill(log);
            }
            return;
        }
        if (local.sizeBytes(attempt, stream) >= wantedBytes.getAsLong()) {
            return;
        }
        boolean isAnswered = fill(log);
        if (local.sizeBytes(attempt, stream) < wantedBytes.getAsLong() && !isAnswered) {
            throw new TooFewCopiesException("no master that can be reached has the output");
        }
    }

    @Override
    public List<Log> catchUp(JobId job) throws IOException {
        List<Log> lost = new ArrayList<>();
        for (var known : replicas.ask(copies -> copies.ofJob(job)).entrySet()) {
            Output output = known.getKey();
            Log log =
                    new Log(
                            new AttemptId(TaskRange.single(job), output.attempt()),
                            output.stream());
            boolean isHere =
                    known.getValue().contains(replicas.self())
                            && local.find(log.attempt(), log.stream()).isPresent();
            if (!isHere && !isTaken(log, known.getValue())) {
                lost.add(log);
            }
        }
        return lost;
    }

    /** Each holder has all of it, so that one is enough. */
    private boolean isTaken(Log log, List<String> holders) throws IOException {
        for (Master source : replicas.sources(holders)) {
            if (!holders.contains(source.id())) {
                return false;
            }
            try {
                takeAll(log, source);
                local.sync(log.attempt(), log.stream());
                replicas.tell(copies -> copies.addLogs(Output.of(log), List.of(replicas.self())));
                return true;
            } catch (IOException fault) {
                notGiven(log, source, fault);
            }
        }
        return false;
    }

    private void takeAll(Log log, Master source) throws IOException {
        long here = local.sizeBytes(log.attempt(), log.stream());
        if (replicas.wire().logBytes(source, log) > here) {
            take(log, source, here);
        }
    }

    private static void notGiven(Log log, Master source, IOException fault) {
        LOG.atWarn()
                .addKeyValue("log", log)
                .addKeyValue("master", source.id())
                .addKeyValue("cause", fault.toString())
                .log("output was not given");
    }

    private boolean fill(Log log) throws IOException {
        return catchUps.run(log, () -> fillNow(log));
    }

    /** Gets what others have; says whether all who may have some answered. */
    private boolean fillNow(Log log) throws IOException {
        List<String> known = replicas.ask(copies -> copies.ofLogs(Output.of(log)));
        List<String> answers = new ArrayList<>();
        for (Master source : replicas.sources(known)) {
            try {
                takeAll(log, source);
                answers.add(source.id());
            } catch (IOException fault) {
                notGiven(log, source, fault);
            }
        }
        quiet(log, ASK_AGAIN_NANOS);
        return !replicas.mayAppear(known, answers);
    }

    private void take(Log log, Master source, long from) throws IOException {
        long[] end = {from};
        replicas.wire().getLog(source, log, from, bytes -> end[0] += appended(log, end[0], bytes));
    }

    private long appended(Log log, long offset, byte[] bytes) throws IOException {
        local.append(log.attempt(), log.stream(), offset, ByteBuffer.wrap(bytes));
        return bytes.length;
    }

    private boolean mayAsk(Log log) {
        Long until = quietUntil.get(log);
        return until == null || System.nanoTime() - until >= 0;
    }

    private void quiet(Log log, long nanos) {
        quietUntil.put(log, System.nanoTime() + nanos);
    }

    @Override
    public void remove(List<JobId> jobs) throws IOException {
        replicas.tell(copies -> copies.removeLogs(jobs, replicas.self()));
        Set<JobId> gone = Set.copyOf(jobs);
        synchronized (holders) {
            holders.keySet().removeIf(output -> gone.contains(output.job()));
        }
        local.remove(jobs);
    }

    @Override
    public List<JobId> quiet(int shelf) throws IOException {
        return local.quiet(shelf);
    }

    @Override
    public List<Log> of(JobId job) throws IOException {
        return local.of(job);
    }

    @Override
    public void close() {
        local.close();
    }

    private static <K, V> Map<K, V> remembering() {
        return Collections.synchronizedMap(
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                        return size() > REMEMBERED_MAX;
                    }
                });
    }
}
