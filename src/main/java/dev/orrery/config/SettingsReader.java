package dev.orrery.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads settings from a file, the environment and flags, and reports everything wrong at once.
 *
 * <p>A flag wins over a variable, a variable over the file, the file over the default.
 */
public final class SettingsReader {

    /** No configuration is longer. */
    private static final long FILE_BYTES_MAX = 1 << 20;

    private final List<String> faults = new ArrayList<>();
    private final SettingsSources sources = new SettingsSources(faults);

    private SettingsReader() {}

    /**
     * Reads and checks the settings.
     *
     * @param file YAML, in the shape of the tree
     * @param environment the variables of the process; those that begin with {@code ORRERY_} and
     *     the name of a section are read
     * @param flags texts by the dotted name of their key
     * @throws ConfigurationException with every fault
     */
    public static Settings read(
            Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
        SettingsReader reader = new SettingsReader();
        file.ifPresent(reader::readFile);
        new TreeMap<>(environment).forEach(reader.sources::addVariable);
        new TreeMap<>(flags).forEach(reader.sources::addFlag);
        Settings settings = new SettingsAssembly(reader.sources).settings();
        reader.sources.reportUnused();
        if (reader.faults.isEmpty()) {
            reader.faults.addAll(SettingsCheck.faults(settings));
        }
        if (!reader.faults.isEmpty()) {
            throw new ConfigurationException(reader.faults);
        }
        return settings;
    }

    /** The defaults with the flags over them, from no file and no variable. */
    public static Settings of(Map<String, String> flags) {
        return read(Optional.empty(), Map.of(), flags);
    }

    private void readFile(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                faults.add(file + ": is longer than 1 MiB");
                return;
            }
            YAMLMapper mapper =
                    YAMLMapper.builder()
                            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                            .build();
            JsonNode root = mapper.readTree(Files.readString(file));
            if (root.isObject()) {
                flatten(root, "", file.toString());
            } else if (!root.isMissingNode() && !root.isNull()) {
                faults.add(file + ": must be a mapping of sections");
            }
        } catch (JsonProcessingException e) {
            faults.add(file + ": is not YAML: " + e.getOriginalMessage() + at(e));
        } catch (IOException e) {
            faults.add(file + ": cannot be read: " + e);
        }
    }

    private static String at(JsonProcessingException e) {
        return e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
    }

    private void flatten(JsonNode node, String prefix, String source) {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String name = prefix + entry.getKey();
            JsonNode value = entry.getValue();
            if (value.isObject()) {
                sources.addSection(name, source);
                flatten(value, name + ".", source);
            } else if (value.isArray()) {
                List<String> items = new ArrayList<>();
                value.forEach(item -> items.add(textOf(item)));
                sources.add(name, new RawValue.Sequence(items), source);
            } else if (value.isNull()) {
                sources.addSection(name, source);
            } else {
                sources.add(name, new RawValue.Scalar(value.asText()), source);
            }
        }
    }

    private static String textOf(JsonNode item) {
        return item.isValueNode() ? item.asText() : item.toString();
    }
}
