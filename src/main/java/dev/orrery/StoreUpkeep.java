package dev.orrery;

import dev.orrery.cli.Finding;
import dev.orrery.cli.Upkeep;
import dev.orrery.config.Settings;
import dev.orrery.store.StoreException;
import dev.orrery.store.StoreFinding;
import dev.orrery.store.backup.Restore;
import dev.orrery.store.sqlite.SqliteExamination;
import dev.orrery.store.sqlite.SqliteTables;

import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.List;

/** The store as the command line sees it while no node runs. */
final class StoreUpkeep implements Upkeep {

    @Override
    public Holding verify(InputStream backup) throws IOException {
        return holding(Restore.verify(backup));
    }

    @Override
    public Holding restore(InputStream backup, Settings settings) throws IOException {
        try {
            return holding(
                    Restore.restore(
                            backup,
                            settings.server().data(),
                            data -> new SqliteTables(data, settings.storage())));
        } catch (StoreException | SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public List<Finding> examine(Settings settings) {
        return SqliteExamination.of(settings.server().data()).stream()
                .map(StoreUpkeep::finding)
                .toList();
    }

    private static Finding finding(StoreFinding found) {
        Finding.Grade grade =
                switch (found.grade()) {
                    case OK -> Finding.Grade.OK;
                    case WARN -> Finding.Grade.WARN;
                    case FAIL -> Finding.Grade.FAIL;
                };
        return new Finding(grade, found.check(), found.what(), found.remedy());
    }

    private static Holding holding(Restore.Summary summary) {
        return new Holding(
                summary.takenAt(),
                summary.version(),
                summary.jobs(),
                summary.files(),
                summary.bytes(),
                summary.missing());
    }
}
