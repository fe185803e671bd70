package dev.orrery.store.sql;

import dev.orrery.model.Namespace;
import dev.orrery.protocol.Principal;
import dev.orrery.store.StoreException;
import dev.orrery.store.Tokens;

import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Tokens and secrets as rows. */
public final class SqlTokens implements Tokens {

    private static final int SECRET_BYTES = 32;
    private static final String COLUMNS = "name, role, namespace, created_at, expires_at";

    private final Writes writes;
    private final Reads reads;
    private final SecureRandom random = new SecureRandom();

    /** Tokens that are written by the one and read by the other. */
    public SqlTokens(Writes writes, Reads reads) {
        this.writes = writes;
        this.reads = reads;
    }

    @Override
    public boolean add(
            String sha256, Principal principal, Instant createdAt, Optional<Instant> expiresAt)
            throws StoreException {
        Optional<String> namespace = principal.namespace().map(Namespace::name);
        Optional<Long> expires = expiresAt.map(Values::ofInstant);
        return writes.transact(session ->
                session.update(
                                "INSERT INTO tokens (sha256, "
                                        + COLUMNS
                                        + ") VALUES (?, ?, ?, ?, ?, ?)"
                                        + " ON CONFLICT DO NOTHING",
                                sha256,
                                principal.name(),
                                principal.role().name(),
                                namespace.orElse(null),
                                Values.ofInstant(createdAt),
                                expires.orElse(null))
                        == 1);
    }

    @Override
    public Optional<Principal> find(String sha256, Instant now) throws StoreException {
        String sql =
                "SELECT "
                        + COLUMNS
                        + " FROM tokens WHERE sha256 = ?"
                        + " AND (expires_at IS NULL OR expires_at > ?)";
        List<Object> parameters = List.of(sha256, Values.ofInstant(now));
        return reads.read(session -> session.select(sql, parameters, SqlTokens::entry)).stream()
                .map(Entry::principal)
                .findFirst();
    }

    @Override
    public List<Entry> list() throws StoreException {
        String sql = "SELECT " + COLUMNS + " FROM tokens ORDER BY name";
        return reads.read(session -> session.select(sql, List.of(), SqlTokens::entry));
    }

    @Override
    public boolean revoke(String name) throws StoreException {
        return writes.transact(
                session -> session.update("DELETE FROM tokens WHERE name = ?", name) == 1);
    }

    @Override
    public byte[] secret(String name) throws StoreException {
        Optional<byte[]> known = reads.read(session -> findSecret(session, name));
        return known.isPresent()
                ? known.get()
                : writes.transact(session -> makeSecret(session, name));
    }

    /** Makes the secret unless somebody was faster. */
    private byte[] makeSecret(Session session, String name) throws SQLException {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        session.update(
                "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
                name,
                secret);
        return findSecret(session, name).orElse(secret);
    }

    private static Optional<byte[]> findSecret(Session session, String name) throws SQLException {
        String sql = "SELECT value FROM secrets WHERE name = ?";
        return session.select(sql, List.of(name), row -> row.getBytes(1)).stream().findFirst();
    }

    private static Entry entry(ResultSet row) throws SQLException {
        Principal principal =
                new Principal(
                        row.getString("name"),
                        Principal.Role.valueOf(row.getString("role")),
                        Optional.ofNullable(row.getString("namespace")).map(Namespace::new));
        return new Entry(
                principal,
                Values.toInstant(row.getLong("created_at")),
                JobRows.instant(row, "expires_at"));
    }
}
