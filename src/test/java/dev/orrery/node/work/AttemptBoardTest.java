package dev.orrery.node.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Resources;
import dev.orrery.model.TaskRange;
import dev.orrery.protocol.WorkerCommand.Assignment;
import dev.orrery.protocol.WorkerOffer;
import dev.orrery.store.Histories;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** What a worker holds, and what may begin without a question back. */
final class AttemptBoardTest {

    private final AttemptBoard board = new AttemptBoard(offer(1, 4_000));

    private static WorkerOffer offer(int slots, long cpuMillis) {
        Resources capacity = new Resources(cpuMillis, 0, 0, new TreeMap<>());
        return new WorkerOffer(capacity, slots, new TreeMap<>(), "host", "1");
    }

    private static Assignment of(int number, long cpuMillis, boolean exclusive) {
        JobSpec plain = Histories.spec("default", "a", Map.of(), List.of());
        JobSpec spec =
                new JobSpec(
                        plain.namespace(),
                        plain.owner(),
                        plain.name(),
                        plain.labels(),
                        plain.work(),
                        plain.environment(),
                        plain.stdin(),
                        plain.inputs(),
                        plain.outputs(),
                        plain.size(),
                        new Resources(cpuMillis, 0, 0, new TreeMap<>()),
                        plain.priority(),
                        plain.deadline(),
                        plain.notBefore(),
                        plain.timeout(),
                        plain.retry(),
                        plain.retention(),
                        plain.constraints(),
                        0,
                        exclusive);
        AttemptId attempt = new AttemptId(TaskRange.single(new JobId(new UUID(0, number))), 1);
        return new Assignment(attempt, spec, number, "token", "http://localhost:0");
    }

    private AttemptId add(int number, long cpuMillis) {
        return add(board, number, cpuMillis, false);
    }

    private static AttemptId add(
            AttemptBoard board, int number, long cpuMillis, boolean exclusive) {
        Assignment assignment = of(number, cpuMillis, exclusive);
        board.add(assignment);
        return assignment.attempt();
    }

    private AttemptId startNext() {
        return board.startNext().orElseThrow().attempt();
    }

    @Test
    void tasksOfHalfACpu_shareASlot() {
        AttemptBoard one = new AttemptBoard(offer(1, 1_000));
        add(one, 1, 500, false);
        add(one, 2, 500, false);
        add(one, 3, 500, false);

        assertThat(one.startNext()).isPresent();
        assertThat(one.startNext()).isPresent();
        assertThat(one.startNext()).isEmpty();
    }

    @Test
    void exclusiveTask_startsAndRunsAlone() {
        AttemptBoard wide = new AttemptBoard(offer(4, 4_000));
        AttemptId small = add(wide, 1, 1_000, false);
        AttemptId alone = add(wide, 2, 1_000, true);
        AttemptId next = add(wide, 3, 1_000, false);
        assertThat(wide.startNext()).isPresent();

        assertThat(wide.startNext()).isEmpty();
        assertThat(wide.nextToFollow()).isEmpty();
        wide.ended(small, Optional.empty());
        assertThat(wide.startNext().orElseThrow().attempt()).isEqualTo(alone);
        assertThat(wide.startNext()).isEmpty();
        assertThat(wide.hasPlace()).isFalse();
        wide.ended(alone, Optional.empty());
        assertThat(wide.startNext().orElseThrow().attempt()).isEqualTo(next);
    }

    @Test
    void whatWantsTheSame_followsInThePlaceOfWhatRuns() {
        AttemptId first = add(1, 1_000);
        AttemptId second = add(2, 1_000);
        startNext();

        assertThat(board.startNext()).isEmpty();
        assertThat(board.nextToFollow().map(Assignment::attempt)).contains(second);
        board.followsNow();
        board.ended(first, Optional.of(second));

        assertThat(board.running()).containsExactly(second);
        assertThat(board.hasMore()).isFalse();
        assertThat(board.hasPlace()).isFalse();
    }

    @Test
    void whatWantsOther_doesNotFollow() {
        add(1, 1_000);
        add(2, 2_000);
        startNext();

        assertThat(board.nextToFollow()).isEmpty();
    }

    @Test
    void followerTakenBack_waitsBeforeTheOthers() {
        AttemptId first = add(1, 1_000);
        AttemptId second = add(2, 1_000);
        AttemptId third = add(3, 1_000);
        startNext();
        board.nextToFollow();
        board.followsNow();
        board.ended(first, Optional.empty());

        board.followsNoMore(second);

        assertThat(board.follows(second)).isFalse();
        assertThat(startNext()).isEqualTo(second);
        assertThat(board.waiting()).containsExactly(third);
    }

    @Test
    void followers_areHeldAndBounded() {
        int many = 100;
        for (int i = 0; i < many; i++) {
            add(i, 1_000);
        }
        startNext();

        int followers = 0;
        while (board.nextToFollow().isPresent()) {
            board.followsNow();
            followers++;
        }

        assertThat(followers).isBetween(1, many - 2);
        assertThat(board.live()).hasSize(many);
        assertThat(board.waiting()).hasSize(many - 1);
    }

    @Test
    void used_isWhatRunsAndNotWhatFollows() {
        AttemptBoard wide = new AttemptBoard(offer(4, 2_000));
        for (int i = 0; i < 4; i++) {
            wide.add(of(i, 1_000, false));
        }

        wide.startNext();
        wide.startNext();

        assertThat(wide.startNext()).as("no cpu is free").isEmpty();
        assertThat(wide.nextToFollow()).isPresent();
        wide.followsNow();
        AttemptId follower = wide.firstFollower().orElseThrow();
        wide.ended(wide.running().getFirst(), Optional.of(follower));
        assertThat(wide.startNext()).as("the follower has its place").isEmpty();
        wide.ended(follower, Optional.empty());
        assertThat(wide.startNext()).isPresent();
    }

    @Test
    void endedAttempt_isHeldUntilItIsAcknowledged() {
        AttemptId first = add(1, 1_000);
        startNext();
        board.ended(first, Optional.empty());

        assertThat(board.isIdle()).isTrue();
        assertThat(board.holds(first)).isTrue();
        board.acknowledged(first);
        assertThat(board.isEmpty()).isTrue();
    }
}
