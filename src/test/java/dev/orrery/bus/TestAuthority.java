package dev.orrery.bus;

import dev.orrery.config.Settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate authority that lives for one test, made with the JDK's keytool. */
final class TestAuthority {
    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final Path keys;

    TestAuthority(Path directory) throws Exception {
        this.directory = Files.createDirectories(directory);
        this.keys = directory.resolve("keys.p12");
        generate("ca", "-ext", "bc:c");
    }

    /** The files of a node, whose certificate this authority signed. */
    Settings.Tls node(String name) throws Exception {
        generate(name, "-signer", "ca");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(keys)) {
            store.load(content, PASSWORD.toCharArray());
        }
        return new Settings.Tls(
                pem(name + ".pem", "CERTIFICATE", store.getCertificate(name).getEncoded()),
                pem(
                        name + ".key",
                        "PRIVATE KEY",
                        store.getKey(name, PASSWORD.toCharArray()).getEncoded()),
                pem("ca.pem", "CERTIFICATE", store.getCertificate("ca").getEncoded()));
    }

    private void generate(String name, String... more) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-genkeypair", "-keyalg", "EC"));
        command.addAll(List.of("-alias", name, "-dname", "CN=" + name, "-validity", "2"));
        command.addAll(List.of("-keystore", keys.toString(), "-storepass", PASSWORD));
        command.addAll(List.of(more));
        Path log = directory.resolve("keytool.log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(Files.readString(log));
        }
    }

    private Path pem(String file, String kind, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                directory.resolve(file),
                "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind));
    }
}
