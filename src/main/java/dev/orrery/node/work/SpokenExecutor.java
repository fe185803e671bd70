package dev.orrery.node.work;

import dev.orrery.execution.Executor;
import dev.orrery.model.Work;
import dev.orrery.protocol.WorkerCommand.Assignment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor that says in the log what it is given, as the worker of the simple system does. What
 * people put into commands is then in the log of the worker.
 */
public final class SpokenExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(SpokenExecutor.class);

    private final Executor executor;

    /** Speaks for the executor that does the work. */
    public SpokenExecutor(Executor executor) {
        this.executor = executor;
        LOG.atInfo().log("worker node started");
    }

    @Override
    public Execution start(Assignment assignment, Listener listener) {
        LOG.atInfo()
                .addKeyValue("attempt", assignment.attempt())
                .log("received command: {}", text(assignment.spec().work()));
        return executor.start(assignment, listener);
    }

    private static String text(Work work) {
        return switch (work) {
            case Work.Shell(String line) -> line;
            case Work.Command(var argv) -> String.join(" ", argv);
            case Work.Script(String file, var arguments) ->
                    (file + " " + String.join(" ", arguments)).strip();
        };
    }

    @Override
    public int killLeftovers() {
        return executor.killLeftovers();
    }

    @Override
    public String limits() {
        return executor.limits();
    }

    @Override
    public void close() {
        executor.close();
    }
}
