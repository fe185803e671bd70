package dev.orrery.cli.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

import dev.orrery.cli.ExitCode;
import dev.orrery.cli.RootCommand;
import dev.orrery.cli.client.Json;
import dev.orrery.cli.option.ServerOptions;
import dev.orrery.cli.text.TerminalText;
import dev.orrery.config.ConfigurationException;
import dev.orrery.config.Settings;
import dev.orrery.config.SettingsReader;
import dev.orrery.model.health.Finding;
import dev.orrery.model.health.Finding.Grade;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** Looks for what is wrong, changes nothing, and says what to do. */
@Command(
        name = "doctor",
        description = "Looks for what is wrong here and in the cluster, and says what to do.")
public final class DoctorCommand implements Callable<Integer> {

    private final RootCommand root;
    @Mixin private final ServerOptions server = new ServerOptions();

    @Option(
            names = {"--conf", "-conf"},
            paramLabel = "FILE",
            description = "Configuration in YAML of the node that runs here.")
    private Optional<Path> conf = Optional.empty();

    @Option(names = "--json", description = "One JSON array of all findings.")
    private boolean json;

    /** The command within the program. */
    public DoctorCommand(RootCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        ClockChecks clock = new ClockChecks();
        List<Finding> findings = new ArrayList<>();
        Optional<Settings> settings = settings(findings);
        findings.addAll(new MachineChecks(Path.of("/"), settings).all());
        findings.addAll(new DirectoryChecks(directory(settings), freeBytesMin(settings)).all());
        settings.ifPresent(
                known -> findings.addAll(root.context().servers().upkeep().examine(known)));
        findings.addAll(new ServerChecks(root, server, settings).all());
        findings.addAll(clock.all());
        if (json) {
            root.context().print(Json.pretty(document(findings)));
        } else {
            findings.forEach(finding -> root.context().print(line(finding)));
        }
        boolean ill = findings.stream().anyMatch(it -> it.grade() == Grade.FAIL);
        return ill ? ExitCode.FAILED : ExitCode.OK;
    }

    private Optional<Settings> settings(List<Finding> findings) {
        Map<String, String> flags = new TreeMap<>();
        root.namedData().ifPresent(data -> flags.put("server.data", data.toString()));
        try {
            Settings settings = SettingsReader.read(conf, root.context().environment(), flags);
            String from = conf.map(Path::toString).orElse("defaults and environment");
            findings.add(Finding.ok("settings", "can be used: " + from));
            return Optional.of(settings);
        } catch (ConfigurationException e) {
            for (String fault : e.faults()) {
                findings.add(
                        Finding.fail(
                                "settings",
                                fault,
                                "correct it; docs/configuration.md has all keys"));
            }
            return Optional.empty();
        }
    }

    private Path directory(Optional<Settings> settings) {
        return settings.map(it -> it.server().data()).orElseGet(root::data).toAbsolutePath();
    }

    private static long freeBytesMin(Optional<Settings> settings) {
        return settings.map(it -> it.storage().freeBytesMin()).orElse(0L);
    }

    private static String line(Finding finding) {
        String text =
                "%-4s  %-20s  %s"
                        .formatted(
                                finding.grade().name().toLowerCase(Locale.ROOT),
                                finding.check(),
                                finding.what());
        String remedy = finding.remedy().isEmpty() ? "" : " — " + finding.remedy();
        return TerminalText.clean(text + remedy);
    }

    private static JsonNode document(List<Finding> findings) {
        ArrayNode all = Json.object().arrayNode();
        for (Finding finding : findings) {
            all.addObject()
                    .put("grade", finding.grade().name().toLowerCase(Locale.ROOT))
                    .put("check", finding.check())
                    .put("what", finding.what())
                    .put("remedy", finding.remedy());
        }
        return all;
    }
}
