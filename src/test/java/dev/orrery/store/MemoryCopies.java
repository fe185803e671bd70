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
    private final SortedMap<Output, SortedSet<String>> logs = new TreeMap<>();

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
    public synchronized void addLogs(Output output, List<String> masters) {
        logs.computeIfAbsent(output, _ -> new TreeSet<>()).addAll(masters);
    }

    @Override
    public synchronized List<String> ofLogs(Output output) {
        return List.copyOf(logs.getOrDefault(output, new TreeSet<>()));
    }

    @Override
    public synchronized SortedMap<Output, List<String>> ofJob(JobId job) {
        SortedMap<Output, List<String>> found = new TreeMap<>();
        logs.forEach((output, holders) -> {
            if (output.job().equals(job) && !holders.isEmpty()) {
                found.put(output, List.copyOf(holders));
            }
        });
        return found;
    }

    @Override
    public synchronized void removeLogs(Output output, String master) {
        logs.getOrDefault(output, new TreeSet<>()).remove(master);
    }

    @Override
    public synchronized void removeLogs(List<JobId> jobs, String master) {
        logs.forEach((output, holders) -> {
            if (jobs.contains(output.job())) {
                holders.remove(master);
            }
        });
    }

    @Override
    public synchronized Scarce<BlobId> scarce(Scarcity question, Optional<BlobId> after) {
        return scarceOf(blobs, question, after);
    }

    @Override
    public synchronized Scarce<Output> scarceLogs(Scarcity question, Optional<Output> after) {
        return scarceOf(logs, question, after);
    }

    @Override
    public void forget(Duration addedBefore) {}

    /** Every blob and job is needed here. */
    private static <K extends Comparable<K>> Scarce<K> scarceOf(
            SortedMap<K, SortedSet<String>> all, Scarcity question, Optional<K> after) {
        List<K> scarce = new ArrayList<>();
        int lookedAt = 0;
        for (K key : after.map(it -> all.tailMap(it)).orElse(all).keySet()) {
            SortedSet<String> holders = all.getOrDefault(key, new TreeSet<>());
            if (after.equals(Optional.of(key)) || !holders.contains(question.holder())) {
                continue;
            }
            if (holders.stream().filter(question.living()::contains).count() < question.min()) {
                scarce.add(key);
            }
            if (++lookedAt == question.limit()) {
                return new Scarce<>(scarce, Optional.of(key));
            }
        }
        return new Scarce<>(scarce, Optional.empty());
    }
}
