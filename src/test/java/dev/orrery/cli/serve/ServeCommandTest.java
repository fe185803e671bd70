package dev.orrery.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.Invocation;
import dev.orrery.cli.RunningServer;
import dev.orrery.cli.Servers;
import dev.orrery.config.Role;
import dev.orrery.config.Settings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Nodes as the command line starts them. */
final class ServeCommandTest {

    @TempDir Path folder;
    private final Recording servers = new Recording();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dev|MASTER,WORKER,PROXY",
                "master|MASTER",
                "master,worker|MASTER,WORKER",
                "dev.orrery.node.WorkerVerticle|WORKER",
                "dev.orrery.node.SchedulerVerticle,dev.orrery.node.PubSubProxyVerticle|MASTER,PROXY"
            })
    void rolesAndClassNames_areRoles(String text, String roles) {
        Invocation run = invoke("--data", folder.toString(), text, "--port", "0");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(servers.roles)
                .containsExactlyInAnyOrder(
                        List.of(roles.split(",")).stream().map(Role::valueOf).toArray(Role[]::new));
    }

    @Test
    void serverSaysReady_workerItsName() {
        assertThat(invoke("dev", "--data", folder.toString()).out())
                .isEqualTo("READY http://127.0.0.1:1234\n");
        assertThat(invoke("worker", "--data", folder.toString()).out())
                .isEqualTo("READY worker w-1\n");
        assertThat(servers.stopped).isEqualTo(2);
    }

    @Test
    void flags_areSettings() throws IOException {
        Path options = folder.resolve("options.json");
        Files.writeString(options, "{\"eventLoopPoolSize\":2,\"workerPoolSize\":3}");
        Path conf = folder.resolve("conf.yaml");
        Files.writeString(conf, "scheduling: {queueMax: 5}\n");

        Invocation run =
                invoke(
                        ("worker --data %s -cluster -cluster-host localhost -cluster-port 7000"
                                        + " -conf %s -options %s --join 127.0.0.1:5702 --name w"
                                        + " --slots 3 --label zone=a --label disk=ssd --memory 2GiB"
                                        + " --gpus 1 --resource fpga=2 --network private --port 1")
                                .formatted(folder, conf, options)
                                .split(" "));

        Settings settings = servers.settings();
        assertThat(run.err()).isEmpty();
        assertThat(settings.server().data()).isEqualTo(folder);
        assertThat(settings.server().port()).isEqualTo(1);
        assertThat(settings.cluster().enabled()).isTrue();
        assertThat(settings.cluster().port()).isEqualTo(7000);
        assertThat(settings.cluster().join()).containsExactly("127.0.0.1:5702");
        assertThat(settings.cluster().network()).isEqualTo("private");
        assertThat(settings.worker().labels()).containsEntry("zone", "a").hasSize(2);
        assertThat(settings.worker().slots()).isEqualTo(3);
        assertThat(settings.worker().extra().memoryBytes()).isEqualTo(2L << 30);
        assertThat(settings.worker().extra().named()).containsEntry("fpga", 2L);
        assertThat(settings.scheduling().queueMax()).isEqualTo(5);
        assertThat(settings.threads()).isEqualTo(new Settings.Threads(2, 3));
    }

    @Test
    void everyFault_isPrintedAndExits78() throws IOException {
        Path options = Files.writeString(folder.resolve("o.json"), "{\"haEnabled\":true}");

        Invocation run =
                invoke(
                        ("master --host 0.0.0.0 --port 99999 --label x -options " + options)
                                .split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(run.err().lines())
                .hasSize(3)
                .anyMatch(line -> line.contains("haEnabled"))
                .anyMatch(line -> line.contains("--label"))
                .anyMatch(line -> line.contains("server.port"));
        assertThat(invoke("master", "--host", "0.0.0.0").exitCode())
                .isEqualTo(ExitCode.CONFIGURATION);
    }

    @Test
    void expectedFailureOfTheNode_keepsItsExitCode() {
        Servers inUse =
                (roles, settings) -> {
                    throw new CommandException(73, "in use");
                };

        assertThat(new Invocation().starting(inUse).run("dev").exitCode()).isEqualTo(73);
    }

    private Invocation invoke(String... args) {
        return new Invocation().starting(servers).run(args);
    }

    /** Starts nothing, and remembers what it should have started. */
    private static final class Recording implements Servers {

        private final List<Role> roles = new ArrayList<>();
        private final List<Settings> seen = new ArrayList<>();
        private int stopped;

        Settings settings() {
            return seen.getLast();
        }

        @Override
        public RunningServer start(Set<Role> asked, Settings settings) {
            roles.clear();
            roles.addAll(asked);
            seen.add(settings);
            return new RunningServer() {
                @Override
                public Optional<URI> uri() {
                    return Role.servesHttp(asked)
                            ? Optional.of(URI.create("http://127.0.0.1:1234"))
                            : Optional.empty();
                }

                @Override
                public String name() {
                    return "w-1";
                }

                @Override
                public int awaitEnd() {
                    return ExitCode.OK;
                }

                @Override
                public void stop() {
                    stopped++;
                }
            };
        }
    }
}
