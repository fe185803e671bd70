package dev.orrery.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.config.SettingsReader;
import dev.orrery.model.health.Finding;
import dev.orrery.model.health.Finding.Grade;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What is said of machines, described by files as their kernels show them, and of clocks. */
final class MachineChecksTest {

    private static final String LIMITS =
            """
            Limit                     Soft Limit           Hard Limit           Units
            Max core file size        %s                   unlimited            bytes
            Max processes             %s                   63321                processes
            Max open files            %s                   524288               files
            """;

    @TempDir private Path root;

    private MachineChecks machine() {
        return new MachineChecks(
                root, Optional.of(SettingsReader.of(Map.of("worker.slots", "10"))));
    }

    private void file(String name, String text) throws IOException {
        Files.createDirectories(root.resolve(name).getParent());
        Files.writeString(root.resolve(name), text);
    }

    private static void assertThatIt(Finding finding, Grade grade, String remedy) {
        assertThat(finding.grade()).as(finding.toString()).isEqualTo(grade);
        assertThat(finding.remedy()).contains(remedy);
    }

    @Test
    void openFiles_areComparedWithSlots() throws IOException {
        file("proc/self/limits", LIMITS.formatted("0", "unlimited", "256"));
        assertThatIt(machine().files(), Grade.FAIL, "LimitNOFILE");

        file("proc/self/limits", LIMITS.formatted("0", "unlimited", "4096"));
        assertThatIt(machine().files(), Grade.WARN, "LimitNOFILE");

        file("proc/self/limits", LIMITS.formatted("0", "unlimited", "65536"));
        assertThatIt(machine().files(), Grade.OK, "");
    }

    @Test
    void processes_areBoundedByTheLeastOfThree() throws IOException {
        file("proc/self/limits", LIMITS.formatted("0", "unlimited", "65536"));
        file("proc/sys/kernel/pid_max", "4194304\n");
        assertThatIt(machine().processes(), Grade.OK, "");

        file("proc/self/cgroup", "4:pids:/here\n");
        file("sys/fs/cgroup/pids/here/pids.max", "100\n");
        assertThatIt(machine().processes(), Grade.WARN, "TasksMax");

        file("sys/fs/cgroup/pids/here/pids.max", "max\n");
        assertThatIt(machine().processes(), Grade.OK, "");
    }

    @Test
    void controlGroups_holdWhatTheirControllersSay() throws IOException {
        assertThatIt(machine().groups(), Grade.WARN, "Delegate=yes");

        file("proc/self/cgroup", "0::/unit\n");
        file("sys/fs/cgroup/unit/cgroup.controllers", "cpu pids\n");
        assertThatIt(machine().groups(), Grade.WARN, "Delegate=yes");

        file("sys/fs/cgroup/unit/cgroup.controllers", "cpu memory pids\n");
        assertThatIt(machine().groups(), Grade.OK, "");
    }

    @Test
    void swapAndCores_areWarnedOf() throws IOException {
        file("proc/self/limits", LIMITS.formatted("unlimited", "unlimited", "65536"));
        file("proc/sys/kernel/core_pattern", "core\n");
        file("proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n");
        assertThatIt(machine().swap(), Grade.WARN, "swapoff");
        assertThatIt(machine().cores(), Grade.WARN, "ulimit -c 0");

        file("proc/swaps", "Filename Type Size Used Priority\n");
        file("proc/self/limits", LIMITS.formatted("0", "unlimited", "65536"));
        assertThatIt(machine().swap(), Grade.OK, "");
        assertThatIt(machine().cores(), Grade.OK, "");
    }

    @Test
    void olderJava_isRefused() {
        assertThatIt(MachineChecks.jdk(21), Grade.FAIL, "JAVA_HOME");
        assertThatIt(MachineChecks.jdk(25), Grade.OK, "");
    }

    @Test
    void clockThatNobodyKeeps_isWarnedOf() {
        assertThatIt(ClockChecks.synchronised(Optional.of(5)), Grade.WARN, "chrony");
        assertThatIt(ClockChecks.synchronised(Optional.empty()), Grade.WARN, "chrony");
        assertThatIt(ClockChecks.synchronised(Optional.of(0)), Grade.OK, "");
    }

    @Test
    void wallClockThatIsSet_isSeen() {
        ClockChecks checks = new ClockChecks();
        Instant now = Instant.now();

        assertThatIt(checks.running(now.plusSeconds(3), Duration.ZERO), Grade.WARN, "slewing");
        assertThatIt(checks.running(now.plusSeconds(3), Duration.ofSeconds(3)), Grade.OK, "");
        assertThatIt(checks.running(Instant.EPOCH, Duration.ZERO), Grade.FAIL, "set the clock");
    }
}
