package dev.orrery.cli.doctor;

import dev.orrery.model.Quantities;
import dev.orrery.model.health.Finding;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The data directory: whose it is, who may look into it, what it lies on and what is free. */
final class DirectoryChecks {

    private static final Set<String> FLEETING = Set.of("tmpfs", "ramfs");
    private static final Set<String> REMOTE =
            Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs");

    /** Below so many times the least that must be free, it will soon be. */
    private static final int SOON = 16;

    private static final int INODES_MIN = 10_000;

    private final Path data;
    private final long freeBytesMin;

    DirectoryChecks(Path data, long freeBytesMin) {
        this.data = data;
        this.freeBytesMin = freeBytesMin;
    }

    List<Finding> all() {
        Optional<Path> there = nearest();
        if (there.isEmpty()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        try {
            findings.add(place(there.get()));
            findings.add(kind(there.get()));
            findings.add(space(there.get()));
            Kernel.inodes(there.get()).map(this::inodes).ifPresent(findings::add);
        } catch (IOException e) {
            findings.add(
                    Finding.fail(
                            "data.directory",
                            data + " cannot be looked at: " + e,
                            "run doctor as the user that runs Orrery"));
        }
        return findings;
    }

    /** The directory, or what is there above it. */
    private Optional<Path> nearest() {
        Path path = data;
        while (path != null && !Files.exists(path)) {
            path = path.getParent();
        }
        return Optional.ofNullable(path);
    }

    private Finding place(Path there) throws IOException {
        if (!there.equals(data)) {
            return Files.isWritable(there)
                    ? Finding.ok("data.directory", data + " will be made at the first start")
                    : Finding.fail(
                            "data.directory",
                            data + " cannot be made",
                            "make it for the user that runs Orrery, with mode 0700");
        }
        String owner = Files.getOwner(data, LinkOption.NOFOLLOW_LINKS).getName();
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(data));
        String user = System.getProperty("user.name");
        if (!owner.equals(user)) {
            return Finding.fail(
                    "data.directory",
                    data + " is " + owner + "'s, and you are " + user,
                    "run as " + owner + ", or chown -R " + user + " " + data);
        }
        if (!mode.endsWith("------")) {
            return Finding.fail(
                    "data.directory",
                    data + " has mode " + mode + ": others see tokens and work",
                    "chmod 700 " + data);
        }
        return Finding.ok("data.directory", data + ", " + mode + ", " + owner + "'s");
    }

    private Finding kind(Path there) throws IOException {
        FileStore store = Files.getFileStore(there);
        String kind = store.type();
        if (FLEETING.contains(kind)) {
            return Finding.warn(
                    "data.filesystem",
                    data + " lies on " + kind + ", which a restart of the machine empties",
                    "give --data a directory on a disk");
        }
        if (REMOTE.contains(kind)) {
            return Finding.warn(
                    "data.filesystem",
                    data + " lies on " + kind + ", where locks and fsync are not sure",
                    "give --data a local disk; several masters share PostgreSQL, not a directory");
        }
        return Finding.ok("data.filesystem", kind + " (" + store.name() + ")");
    }

    private Finding space(Path there) throws IOException {
        long free = Files.getFileStore(there).getUsableSpace();
        String what = Quantities.describeSize(free) + " free";
        String least = Quantities.formatSize(freeBytesMin);
        if (free < freeBytesMin) {
            return Finding.fail(
                    "data.space",
                    what + ", less than storage.freeBytesMin (" + least + "): uploads get 507",
                    "make space, or lower storage.retention");
        }
        return free < freeBytesMin * SOON
                ? Finding.warn(
                        "data.space",
                        what + ", near to storage.freeBytesMin (" + least + ")",
                        "make space before uploads get 507")
                : Finding.ok("data.space", what);
    }

    private Finding inodes(Kernel.Inodes inodes) {
        return inodes.all() > 0 && inodes.free() < INODES_MIN
                ? Finding.fail(
                        "data.inodes",
                        inodes.free() + " of " + inodes.all() + " inodes are free",
                        "remove small files, or make the file system anew with more inodes")
                : Finding.ok(
                        "data.inodes", inodes.all() == 0 ? "not bounded" : inodes.free() + " free");
    }
}
