package dev.orrery.store;

import dev.orrery.model.BlobId;
import dev.orrery.model.JobId;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who has what, in memory. */
public final class MemoryCopies implements Copies {

    private final SortedMap<BlobId, SortedSet<String>> blobs = new TreeMap<>();
    private final SortedMap<JobId, SortedSet<String>> logs = new TreeMap<>();

    @Override
    public synchronized void add(BlobId blob, List<String> masters) {
        blobs.computeIfAbsent(blob, _ -> new TreeSet<>()).addAll(masters);
    }

    @Override
    public synchronized List<String> of(BlobId blob) {
        return List.copyOf(blobs.getOrDefault(blob, new TreeSet<>()));
    }

    @Override
    public synchronized void remove(BlobId blob, String master) {
        blobs.getOrDefault(blob, new TreeSet<>()).remove(master);
    }

    @Override
    public synchronized void addLogs(JobId job, List<String> masters) {
        logs.computeIfAbsent(job, _ -> new TreeSet<>()).addAll(masters);
    }

    @Override
    public synchronized List<String> ofLogs(JobId job) {
        return List.copyOf(logs.getOrDefault(job, new TreeSet<>()));
    }

    @Override
    public synchronized void removeLogs(List<JobId> jobs, String master) {
        jobs.forEach(job -> logs.getOrDefault(job, new TreeSet<>()).remove(master));
    }

    @Override
    public synchronized List<BlobId> scarce(Scarcity question, Optional<BlobId> after) {
        return scarceOf(blobs, question, after);
    }

    @Override
    public synchronized List<JobId> scarceLogs(Scarcity question, Optional<JobId> after) {
        return scarceOf(logs, question, after);
    }

    @Override
    public void forget(Duration addedBefore) {}

    private static <K extends Comparable<K>> List<K> scarceOf(
            SortedMap<K, SortedSet<String>> all, Scarcity question, Optional<K> after) {
        List<K> scarce = new ArrayList<>();
        all.forEach((key, holders) -> {
            long living = holders.stream().filter(question.living()::contains).count();
            boolean isLater = after.isEmpty() || key.compareTo(after.get()) > 0;
            if (holders.contains(question.holder()) && living < question.min() && isLater) {
                scarce.add(key);
            }
        });
        return scarce.subList(0, Math.min(question.limit(), scarce.size()));
    }
}
