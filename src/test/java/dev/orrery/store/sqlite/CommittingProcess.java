package dev.orrery.store.sqlite;

import dev.orrery.model.JobId;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.store.Histories;
import dev.orrery.store.Leads;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A process that commits until it is killed, and prints a line of what each commit returned for.
 */
final class CommittingProcess {

    private static final int LIVE_MAX = 400;

    private CommittingProcess() {}

    /** Takes a data directory, a seed, and the number of the first job. */
    public static void main(String[] arguments) throws Exception {
        SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[1]));
        long number = Long.parseLong(arguments[2]);
        Deque<JobEvent> live = new ArrayDeque<>();
        try (SqliteStore store =
                        SqliteStore.open(
                                Path.of(arguments[0]),
                                Duration.ofHours(24),
                                InstantSource.system());
                OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            long epoch = Leads.lead(store, "process");
            while (true) {
                List<DurableEvent> batch = new ArrayList<>();
                int size = 1 + random.nextInt(60);
                while (batch.size() < size) {
                    JobEvent event = next(live, random, number);
                    number += event.seq() == 1 ? 1 : 0;
                    batch.add(event);
                }
                store.commit(epoch, batch);
                out.write(line(batch).getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private static JobEvent next(Deque<JobEvent> live, SplittableRandom random, long number) {
        Instant now = Instant.now();
        if (live.size() < LIVE_MAX && (live.isEmpty() || random.nextInt(3) == 0)) {
            JobId job = Histories.jobId(random, now);
            JobEvent submitted =
                    Histories.submitted(
                            job,
                            now,
                            Histories.spec("default", "job", Map.of("a", "b"), List.of()),
                            number);
            live.add(submitted);
            return submitted;
        }
        JobEvent last = live.remove();
        JobEvent event =
                last.seq() == 1
                        ? Histories.assigned(last.job(), 2, now, 1)
                        : Histories.over(last.job(), 3, now, 1, 0);
        if (event.seq() == 2) {
            live.add(event);
        }
        return event;
    }

    private static String line(List<DurableEvent> batch) {
        return batch.stream()
                .map(event -> ((JobEvent) event).job() + ":" + ((JobEvent) event).seq())
                .collect(Collectors.joining(" ", "", "\n"));
    }
}
