package dev.orrery.execution;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A worker in a process of its own, for tests that kill it: DIRECTORY MARKER LINE. */
final class WorkerProcess {

    private WorkerProcess() {}

    /** Runs the line as a task until somebody kills this process. */
    public static void main(String[] arguments) throws InterruptedException {
        Machine machine =
                new Machine(
                        Path.of(arguments[0]),
                        arguments[1],
                        dev.orrery.execution.posix.Launcher.best());
        machine.executor.start(Task.shell(arguments[2]).assignment(), new Recorder());
        new CountDownLatch(1).await();
    }
}
