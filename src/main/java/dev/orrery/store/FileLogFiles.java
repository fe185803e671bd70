package dev.orrery.store;

import dev.orrery.model.AttemptId;
import dev.orrery.model.CapturedLog;
import dev.orrery.model.JobId;
import dev.orrery.model.TaskRange;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shipped logs as files: {@code logs/<xx>/<job>/<tasks>.<attempt>.out|err}, where {@code xx} are
 * the last two digits of the job's id. Names are made of ids and numbers only.
 */
public final class FileLogFiles implements LogFiles {

    /** Files kept open between pieces; more would eat the process's descriptors. */
    private static final int OPEN_MAX = 64;

    /** What is younger may be on its way into the store, and is never called quiet. */
    private static final Duration QUIET_MIN = Duration.ofHours(1);

    private static final Pattern NAME =
            Pattern.compile("(\\d{1,10})(?:-(\\d{1,10}))?\\.(\\d{1,10})\\.(out|err)");

    private final Path root;
    private final Optional<RangeLock> shared;

    /** Holds {@code open}. Taken before a file's own lock, never after it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<Path, OpenFile> open = new LinkedHashMap<>(16, 0.75f, true);

    /** Opens {@code DIR/logs}, which it makes when it is not there. */
    public FileLogFiles(Path data) throws IOException {
        this(data, Optional.empty());
    }

    private FileLogFiles(Path data, Optional<RangeLock> shared) throws IOException {
        this.root = PrivateFiles.directory(data.resolve("logs"));
        this.shared = shared;
    }

    /** Opens {@code logs} in a directory into which other masters write as well. */
    public static FileLogFiles shared(Path directory) throws IOException {
        PrivateFiles.directory(directory);
        return new FileLogFiles(
                directory, Optional.of(RangeLock.open(directory.resolve("logs.lock"))));
    }

    @Override
    public long append(AttemptId attempt, CapturedLog.Stream stream, long offset, ByteBuffer bytes)
            throws IOException {
        Path place = place(attempt, stream);
        if (offset != 0 && !isFile(place)) {
            throw new GapException(offset, 0);
        }
        OpenFile file = acquire(attempt.job(), place);
        try (RangeLock.Held _ = lockShared(place)) {
            return file.append(offset, bytes);
        } finally {
            release(file);
        }
    }

    @Override
    public void sync(AttemptId attempt, CapturedLog.Stream stream) throws IOException {
        Path place = place(attempt, stream);
        if (!isFile(place)) {
            return;
        }
        OpenFile file = acquire(attempt.job(), place);
        try {
            file.channel.force(true);
        } finally {
            release(file);
        }
        PrivateFiles.syncDirectory(folder(attempt.job()));
    }

    @Override
    public long sizeBytes(AttemptId attempt, CapturedLog.Stream stream) {
        Path place = place(attempt, stream);
        try {
            return isFile(place) ? Files.size(place) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException("a log's size cannot be read: " + place, e);
        }
    }

    @Override
    public Optional<Path> find(AttemptId attempt, CapturedLog.Stream stream) {
        Path place = place(attempt, stream);
        return isFile(place) ? Optional.of(place) : Optional.empty();
    }

    @Override
    public void remove(List<JobId> jobs) throws IOException {
        for (JobId job : jobs) {
            Path folder = folder(job);
            forget(folder);
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(folder);
        }
    }

    @Override
    public void catchUp(AttemptId attempt, CapturedLog.Stream stream, OptionalLong wantedBytes) {}

    @Override
    public List<Log> catchUp(JobId job) {
        return List.of();
    }

    @Override
    public List<JobId> quiet(int shelf) throws IOException {
        Instant latest = Instant.now().minus(QUIET_MIN);
        List<JobId> quiet = new ArrayList<>();
        for (JobId job : on(shelf)) {
            if (isQuiet(folder(job), latest)) {
                quiet.add(job);
            }
        }
        return quiet;
    }

    /** Jobs with files on one of the shelves. */
    public List<JobId> on(int shelf) throws IOException {
        List<JobId> jobs = new ArrayList<>();
        for (Path folder : PrivateFiles.children(root.resolve(String.format("%02x", shelf)))) {
            jobOf(folder).ifPresent(jobs::add);
        }
        return jobs;
    }

    private static boolean isQuiet(Path folder, Instant since) throws IOException {
        if (!PrivateFiles.isOlder(folder, since)) {
            return false;
        }
        for (Path file : PrivateFiles.children(folder)) {
            if (!PrivateFiles.isOlder(file, since)) {
                return false;
            }
        }
        return true;
    }

    private Optional<JobId> jobOf(Path folder) {
        try {
            JobId job = JobId.parse(folder.getFileName().toString());
            return folder(job).equals(folder) ? Optional.of(job) : Optional.empty();
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    @Override
    public List<Log> of(JobId job) throws IOException {
        List<Log> logs = new ArrayList<>();
        for (Path file : PrivateFiles.children(folder(job))) {
            Matcher name = NAME.matcher(file.getFileName().toString());
            if (name.matches()) {
                String last = name.group(2) == null ? name.group(1) : name.group(2);
                TaskRange tasks =
                        new TaskRange(job, Integer.parseInt(name.group(1)), Integer.parseInt(last));
                CapturedLog.Stream stream =
                        name.group(4).equals("out")
                                ? CapturedLog.Stream.STDOUT
                                : CapturedLog.Stream.STDERR;
                logs.add(new Log(new AttemptId(tasks, Integer.parseInt(name.group(3))), stream));
            }
        }
        return logs;
    }

    @Override
    public void close() {
        try (Closeable _ = () -> shared.ifPresent(RangeLock::close)) {
            forget(root);
        } catch (IOException e) {
            throw new UncheckedIOException("log files cannot be closed", e);
        }
    }

    private Path shelf(JobId job) {
        String id = job.toString();
        return root.resolve(id.substring(id.length() - 2));
    }

    private Path folder(JobId job) {
        return shelf(job).resolve(job.toString());
    }

    private Path place(AttemptId attempt, CapturedLog.Stream stream) {
        TaskRange tasks = attempt.tasks();
        String range = tasks.size() == 1 ? "" + tasks.first() : tasks.first() + "-" + tasks.last();
        String suffix =
                switch (stream) {
                    case STDOUT -> "out";
                    case STDERR -> "err";
                };
        return folder(attempt.job()).resolve(range + "." + attempt.number() + "." + suffix);
    }

    private static boolean isFile(Path place) {
        return Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS);
    }

    private RangeLock.Held lockShared(Path place) throws IOException {
        return shared.isPresent() ? shared.get().lock(place.toString()) : RangeLock.NOTHING;
    }

    private OpenFile acquire(JobId job, Path place) throws IOException {
        lock.lock();
        try {
            OpenFile file = open.get(place);
            if (file == null || !file.channel.isOpen()) {
                makeFolder(job);
                file = new OpenFile(PrivateFiles.open(place));
                open.put(place, file);
                closeIdle();
            }
            file.users++;
            return file;
        } finally {
            lock.unlock();
        }
    }

    private void release(OpenFile file) {
        lock.lock();
        try {
            file.users--;
        } finally {
            lock.unlock();
        }
    }

    private void makeFolder(JobId job) throws IOException {
        Path folder = folder(job);
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        PrivateFiles.directory(folder);
        PrivateFiles.syncDirectory(shelf(job));
        PrivateFiles.syncDirectory(root);
    }

    /** Closes the files that were used longest ago, above the bound and not in use. */
    private void closeIdle() throws IOException {
        Iterator<OpenFile> eldest = open.values().iterator();
        int over = open.size() - OPEN_MAX;
        while (over > 0 && eldest.hasNext()) {
            OpenFile file = eldest.next();
            if (file.users == 0) {
                eldest.remove();
                over--;
                file.channel.close();
            }
        }
    }

    private void forget(Path folder) throws IOException {
        lock.lock();
        try {
            for (Path place : new ArrayList<>(open.keySet())) {
                if (place.startsWith(folder)) {
                    OpenFile file = open.remove(place);
                    if (file != null) {
                        file.channel.close();
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** An open file, with one writer at a time. */
    private static final class OpenFile {

        private final FileChannel channel;
        private final ReentrantLock writer = new ReentrantLock();
        private int users;

        OpenFile(FileChannel channel) {
            this.channel = channel;
        }

        long append(long offset, ByteBuffer bytes) throws IOException {
            writer.lock();
            try {
                long size = channel.size();
                if (offset < 0 || offset > size) {
                    throw new GapException(offset, size);
                }
                long known = Math.min(size - offset, bytes.remaining());
                bytes.position(bytes.position() + (int) known);
                while (bytes.hasRemaining()) {
                    size += channel.write(bytes, size);
                }
                return size;
            } finally {
                writer.unlock();
            }
        }
    }
}
