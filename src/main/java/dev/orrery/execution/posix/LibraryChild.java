package dev.orrery.execution.posix;

import dev.orrery.model.Outcome;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A child that the Java library started; a thread reads each of its streams. */
final class LibraryChild implements Child {

    private static final int SIGNAL_BASE = 128;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Process process;
    private final Semaphore news = new Semaphore(0);
    private final AtomicInteger openStreams = new AtomicInteger(2);

    LibraryChild(Process process, Sink stdout, Sink stderr) {
        this.process = process;
        Thread.ofVirtual().start(() -> copy(process.getInputStream(), stdout));
        Thread.ofVirtual().start(() -> copy(process.getErrorStream(), stderr));
        Thread.ofVirtual().start(this::tellOfExit);
    }

    private void tellOfExit() {
        try {
            int _ = process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            news.release();
        }
    }

    private void copy(InputStream stream, Sink sink) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (stream) {
            int count = stream.read(buffer);
            while (count >= 0) {
                sink.accept(ByteBuffer.wrap(buffer, 0, count));
                news.release();
                count = stream.read(buffer);
            }
        } catch (IOException e) {
            sink.accept(ByteBuffer.allocate(0)); // closed under the reader: the same as its end
        } finally {
            openStreams.decrementAndGet();
            news.release();
        }
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public void await(long timeoutMillis) {
        try {
            if (news.tryAcquire(Math.max(0, timeoutMillis), TimeUnit.MILLISECONDS)) {
                news.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void wake() {
        news.release();
    }

    @Override
    public boolean hasExited() {
        return !process.isAlive();
    }

    @Override
    public boolean outputEnded() {
        return openStreams.get() == 0;
    }

    /** The library folds signals into exit codes: above 128 is taken for a signal. */
    @Override
    public Exit reap() {
        int code = process.exitValue();
        Outcome outcome =
                code > SIGNAL_BASE && code <= SIGNAL_BASE + 64
                        ? new Outcome.Signalled(code - SIGNAL_BASE)
                        : new Outcome.Exited(code);
        return new Exit(outcome, Duration.ZERO, Duration.ZERO);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
