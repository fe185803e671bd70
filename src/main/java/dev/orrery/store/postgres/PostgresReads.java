package dev.orrery.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

import dev.orrery.store.StoreException;
import dev.orrery.store.sql.Reads;
import dev.orrery.store.sql.Session;
import dev.orrery.store.sql.Writes;

import java.sql.SQLException;
import java.time.Duration;

/** The pool of connections for everything but commits and the leader's row. */
final class PostgresReads implements Reads, Writes, AutoCloseable {

    /** Of three masters, 24 of a server's usual hundred. */
    private static final int CONNECTIONS_MAX = 8;

    /** For a free connection or a new one. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(3);

    private static final Duration IDLE_MAX = Duration.ofMinutes(2);
    private static final Duration LIFE_MAX = Duration.ofMinutes(15);
    private static final Duration PROBE_PAUSE = Duration.ofSeconds(30);

    private final HikariDataSource pool;
    private final PostgresFaults faults;

    PostgresReads(Connector connector, PostgresFaults faults) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("store");
        config.setDataSource(connector.dataSource(Connector.Use.READ));
        config.setConnectionInitSql(Connector.Use.READ.preparation());
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        config.setMinimumIdle(1);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(WAIT_MAX.toMillis());
        config.setValidationTimeout(Duration.ofSeconds(1).toMillis());
        config.setIdleTimeout(IDLE_MAX.toMillis());
        config.setMaxLifetime(LIFE_MAX.toMillis());
        config.setKeepaliveTime(PROBE_PAUSE.toMillis());
        this.pool = new HikariDataSource(config);
        this.faults = faults;
    }

    @Override
    public <T> T read(Reading<T> reading) throws StoreException {
        try (Session session = session()) {
            return reading.from(session);
        } catch (SQLException e) {
            throw faults.of(e);
        }
    }

    @Override
    public <T> T transact(Writing<T> writing) throws StoreException {
        try (Session session = session()) {
            session.begin();
            try {
                T result = writing.by(session);
                session.commit();
                return result;
            } catch (SQLException | StoreException | RuntimeException e) {
                session.rollback(e);
                throw e;
            }
        } catch (SQLException e) {
            throw faults.of(e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    private Session session() throws SQLException {
        return new Session(pool.getConnection(), PostgresDialect.INSTANCE);
    }
}
