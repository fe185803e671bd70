package dev.orrery.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orrery.endtoend.Machines.Machine;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The network between a master and its worker falls silent for longer than a lease. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BusPartitionIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @RegisterExtension final Machines machines = new Machines();
    @RegisterExtension final Stage stage = new Stage();

    private Program orrery(Machine machine, String data, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(Distribution.launcher().toString()));
        command.addAll(List.of("--data", stage.path(data).toString()));
        command.addAll(arguments);
        return stage.program(machine.command(command));
    }

    private static String said(Program program) {
        assertThat(program.exit()).as(program.out() + program.err()).isZero();
        return program.out().strip();
    }

    @Test
    void partitionForLongerThanALease_healsByItself() {
        // given
        List<Machine> two = machines.connected(2);
        Machine a = two.get(0);
        Machine b = two.get(1);
        List<String> start =
                List.of("master", "-cluster", "--host", a.address(), "--network", "private");
        Program master = orrery(a, "a", start).ready();
        List<String> flags = new ArrayList<>(List.of("worker", "--name", "b"));
        flags.addAll(List.of(said(orrery(a, "a", List.of("token", "node"))).split(" ")));
        Program worker = orrery(b, "b", flags).ready();
        assertThat(said(orrery(a, "a", List.of("run", "--", "echo", "before"))))
                .isEqualTo("before");

        // when nothing passes in either direction until both are members no more, and then it does
        b.shell(
                "nft 'add table ip cut; add chain ip cut in { type filter hook input priority 0; };"
                        + " add chain ip cut out { type filter hook output priority 0; };"
                        + " add rule ip cut in iifname eth0 drop;"
                        + " add rule ip cut out oifname eth0 drop'");
        await("both sides to part").atMost(PATIENCE).until(() -> left(master) && left(worker));
        await("the lease to end")
                .atMost(PATIENCE)
                .until(() -> said(orrery(a, "a", List.of("nodes", "-o", "quiet"))).isEmpty());
        b.shell("nft delete table ip cut");

        // then they are one again, and work goes on
        await("the merger").atMost(PATIENCE).until(() -> merged(master) || merged(worker));
        assertThat(said(orrery(a, "a", List.of("run", "--", "echo", "after")))).isEqualTo("after");
        assertThat(List.of(master, worker)).allMatch(Program::isAlive);
        assertThat(master.err() + worker.err()).doesNotContain("the bus stays deaf");
    }

    private static boolean left(Program node) {
        return node.err().contains("node left");
    }

    private static boolean merged(Program node) {
        return node.err().contains("parts of the cluster merged");
    }
}
