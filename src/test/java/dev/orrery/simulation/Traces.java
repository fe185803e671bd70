package dev.orrery.simulation;

import dev.orrery.protocol.JobEvent;

import java.util.List;
import java.util.stream.Collectors;

/** How events look in a trace: short. */
final class Traces {

    private Traces() {}

    static String line(JobEvent event) {
        String change =
                switch (event.change()) {
                    case JobEvent.Submitted it ->
                            "Submitted %d tasks, %s".formatted(it.spec().size(), it.spec().retry());
                    case JobEvent.Retried it -> "Retried, round " + it.round();
                    case JobEvent.AttemptEnded it ->
                            "AttemptEnded %s@%d on %s: %s, %s"
                                    .formatted(
                                            it.tasks(),
                                            it.attempt(),
                                            it.worker(),
                                            it.result().outcome(),
                                            it.next());
                    case JobEvent.Released it -> it.toString();
                    case JobEvent.Assigned it -> it.toString();
                    case JobEvent.Unassigned it -> it.toString();
                    case JobEvent.Started it -> it.toString();
                    case JobEvent.CancelRequested it -> it.toString();
                    case JobEvent.Ended it -> it.toString();
                };
        return "%s #%d %s".formatted(event.job(), event.seq(), change);
    }

    static String history(List<JobEvent> events) {
        return events.stream().map(it -> "\n    " + line(it)).collect(Collectors.joining());
    }
}
