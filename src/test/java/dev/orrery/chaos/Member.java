package dev.orrery.chaos;

import dev.orrery.endtoend.Processes;
import dev.orrery.endtoend.Program;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** One node of a fleet: a process now and then, under a name that lasts. */
final class Member {
    private final String name;
    private final Host host;
    private final Function<Member, Program> starter;
    private List<String> wrapper = List.of();
    private List<String> more = List.of();
    private String jvm = "";
    private Optional<Program> program = Optional.empty();

    Member(String name, Host host, Function<Member, Program> starter) {
        this.name = name;
        this.host = host;
        this.starter = starter;
    }

    String name() {
        return name;
    }

    Host host() {
        return host;
    }

    /** Puts a command before its own from the next start on, such as one that lies about time. */
    Member under(String... command) {
        wrapper = List.of(command);
        return this;
    }

    /** Gives its JVM other options from the next start on; none are the stage's own. */
    Member on(String options) {
        jvm = options;
        return this;
    }

    String jvm() {
        return jvm;
    }

    List<String> wrapper() {
        return wrapper;
    }

    /** Adds arguments from the next start on. */
    Member with(String... arguments) {
        more = List.of(arguments);
        return this;
    }

    List<String> more() {
        return more;
    }

    /** Starts it and waits until it serves. */
    Member start() {
        begin();
        program().ready();
        return this;
    }

    /** Starts it without waiting. */
    Member begin() {
        program = Optional.of(starter.apply(this));
        return this;
    }

    Program program() {
        return program.orElseThrow(() -> new IllegalStateException(name + " was never started"));
    }

    boolean isAlive() {
        return program.filter(Program::isAlive).isPresent();
    }

    /** Kills its JVM, and nothing else: a supervisor would start it again. */
    void killJvm() {
        Processes.signal("KILL", program().javaPid());
    }

    /** Kills what was started, and waits. */
    void kill() {
        program().kill();
    }

    /** Freezes the whole machine of a worker: its JVM, and the processes of its tasks. */
    void freezeWithTasks(String home) {
        freeze();
        tasks(home).forEach(pid -> Processes.signal("STOP", pid));
    }

    /** Lets it go on where it was. */
    void thawWithTasks(String home) {
        tasks(home).forEach(pid -> Processes.signal("CONT", pid));
        thaw();
    }

    private List<Long> tasks(String home) {
        return Processes.withEnvironment("ORRERY_WORKER=" + name, "HOME=" + home);
    }

    void freeze() {
        Processes.signal("STOP", program().javaPid());
    }

    void thaw() {
        Processes.signal("CONT", program().javaPid());
    }
}
