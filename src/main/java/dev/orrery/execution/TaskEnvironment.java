package dev.orrery.execution;

import dev.orrery.execution.posix.Identity;
import dev.orrery.model.AttemptId;
import dev.orrery.model.WorkerId;
import dev.orrery.protocol.WorkerCommand.Assignment;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The variables that a task sees: the few that it inherits, then the job's own, then ours. Nothing
 * else of the agent's environment, in which secrets may be.
 */
final class TaskEnvironment {

    private static final String DEFAULT_PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Map<String, String> inherited = new TreeMap<>();
    private final WorkerId worker;

    /** Takes these variables of the agent's environment, now. */
    TaskEnvironment(List<String> names, Map<String, String> agent, WorkerId worker) {
        this.worker = worker;
        inherited.put("PATH", DEFAULT_PATH);
        for (String name : names) {
            if (agent.containsKey(name)) {
                inherited.put(name, agent.getOrDefault(name, ""));
            }
        }
    }

    Map<String, String> of(Assignment assignment, Identity identity, Path workspace) {
        AttemptId attempt = assignment.attempt();
        String job = attempt.job().toString();
        String index = Integer.toString(attempt.tasks().first());
        Map<String, String> variables = new TreeMap<>(inherited);
        variables.putAll(assignment.spec().environment());
        variables.put("ORRERY_JOB", job);
        variables.put("ORRERY_TASK", assignment.spec().size() == 1 ? job : job + "." + index);
        variables.put("ORRERY_INDEX", index);
        variables.put("ORRERY_ATTEMPT", Integer.toString(attempt.number()));
        variables.put("ORRERY_WORKER", worker.name());
        variables.put("ORRERY_DIR", workspace.toString());
        variables.put("ORRERY_RUN", identity.mark());
        return variables;
    }
}
