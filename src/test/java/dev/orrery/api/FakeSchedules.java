package dev.orrery.api;

import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.Problem;
import dev.orrery.protocol.DurableEvent;
import dev.orrery.protocol.JobEvent;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.scheduling.schedule.ScheduleDecisions;
import dev.orrery.scheduling.schedule.Schedules;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** The schedules of the test's scheduler: decided as by the real one, but nothing is ever due. */
final class FakeSchedules {
    private final Schedules schedules = new Schedules();

    /** What was decided. */
    record Decided(List<DurableEvent> events, SchedulerReply reply) {

        /** The job that was submitted. */
        Optional<JobEvent.Submitted> opening() {
            return openings().stream()
                    .map(event -> (JobEvent.Submitted) event.change())
                    .findFirst();
        }

        /** Its id. */
        JobId job() {
            return openings().getFirst().job();
        }

        private List<JobEvent> openings() {
            return events.stream()
                    .filter(JobEvent.class::isInstance)
                    .map(JobEvent.class::cast)
                    .toList();
        }
    }

    /** Decides, and takes it in. */
    Decided asked(
            SchedulerRequest.OfSchedule request,
            Predicate<JobId> isLive,
            ToLongFunction<Namespace> nextNumber) {
        ScheduleDecisions decisions =
                new ScheduleDecisions(schedules, jobs(isLive, nextNumber), Instant.now());
        SchedulerReply reply = decisions.asked(request);
        List<DurableEvent> events = decisions.decided().events();
        for (DurableEvent event : events) {
            if (event instanceof DurableEvent.ScheduleChanged changed) {
                schedules.apply(changed);
            }
        }
        return new Decided(events, reply);
    }

    private static ScheduleDecisions.Jobs jobs(
            Predicate<JobId> live, ToLongFunction<Namespace> nextNumber) {
        return new ScheduleDecisions.Jobs() {
            @Override
            public boolean isLive(JobId job) {
                return live.test(job);
            }

            @Override
            public Optional<Long> numberOf(JobId job) {
                return Optional.empty();
            }

            @Override
            public long nextNumber(Namespace namespace) {
                return nextNumber.applyAsLong(namespace);
            }

            @Override
            public Optional<Problem> refusal(JobSpec spec) {
                return Optional.empty();
            }
        };
    }
}
