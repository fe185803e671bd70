package dev.orrery.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.bus.Address;
import dev.orrery.bus.Bus;
import dev.orrery.bus.VertxBus;
import dev.orrery.model.JobId;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.protocol.Message;
import dev.orrery.protocol.SchedulerReply;
import dev.orrery.protocol.SchedulerReply.Accepted;
import dev.orrery.protocol.SchedulerReply.Refused;
import dev.orrery.protocol.SchedulerReply.Verdict;
import dev.orrery.protocol.SchedulerRequest;
import dev.orrery.protocol.SchedulerRequest.Submit;
import dev.orrery.scheduling.Sample;

import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Many submissions at once, and what a leader may answer to them. */
final class LeaderTest {
    private static final Submit FIRST = submit(1);
    private static final Submit SECOND = submit(2);
    private static final Problem FULL =
            Problem.of(ProblemCode.TOO_MANY, "the queue is full", "try again");

    private final List<Message> asked = new ArrayList<>();

    private static Submit submit(long number) {
        return new Submit(new JobId(new UUID(7, number)), Sample.spec().make(), Optional.empty());
    }

    private List<Verdict> submit(Function<Message, Future<Message>> answers) {
        Bus bus =
                new Bus() {
                    @Override
                    public void send(Address to, Message message) {
                        throw new AssertionError("nothing is sent: " + message);
                    }

                    @Override
                    public void publish(Address to, Message message) {
                        throw new AssertionError("nothing is published: " + message);
                    }

                    @Override
                    public Future<Message> request(Address to, Message message, Duration timeout) {
                        asked.add(message);
                        return answers.apply(message);
                    }

                    @Override
                    public Registration serve(Address at, Handler handler) {
                        throw new AssertionError("nothing is served at " + at);
                    }
                };
        return new Leader(bus).submit(List.of(FIRST, SECOND)).result();
    }

    @Test
    void verdicts_areThoseOfTheLeader() {
        List<Verdict> each = List.of(new Accepted(FIRST.job(), 1, false), new Refused(FULL));

        assertThat(submit(_ -> Future.succeededFuture(new SchedulerReply.Verdicts(each))))
                .isEqualTo(each);
        assertThat(asked).hasSize(1);
    }

    @Test
    void leaderThatLooksAtNone_refusesEach() {
        assertThat(submit(_ -> Future.succeededFuture(new Refused(FULL))))
                .containsExactly(new Refused(FULL), new Refused(FULL));
    }

    @Test
    void silence_isSaidOfEach() {
        assertThat(submit(_ -> Future.failedFuture("nobody is there")))
                .hasSize(2)
                .allMatch(it ->
                        it instanceof Refused(Problem problem)
                                && problem.code() == ProblemCode.UNAVAILABLE);
    }

    @Test
    void leaderOfAnEarlierVersion_isAskedForEachAlone() {
        Function<Message, Future<Message>> earlier =
                message ->
                        switch (message) {
                            case SchedulerRequest.SubmitMany _ ->
                                    Future.failedFuture(
                                            new ReplyException(
                                                    ReplyFailure.RECIPIENT_FAILURE,
                                                    VertxBus.UNREADABLE,
                                                    "no message that this version knows"));
                            case Submit it when it.equals(FIRST) ->
                                    Future.succeededFuture(new Accepted(it.job(), 1, false));
                            default -> Future.succeededFuture(new Refused(FULL));
                        };

        assertThat(submit(earlier))
                .containsExactly(new Accepted(FIRST.job(), 1, false), new Refused(FULL));
        assertThat(asked.subList(1, 3)).containsExactly(FIRST, SECOND);
    }
}
