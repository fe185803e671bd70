package dev.orrery.store.sqlite;

import dev.orrery.model.Namespace;
import dev.orrery.protocol.Principal;
import dev.orrery.store.StoreException;
import dev.orrery.store.Tokens;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tokens and secrets as rows. */
final class SqliteTokens implements Tokens {

    private static final int SECRET_BYTES = 32;
    private static final String COLUMNS = "name, role, namespace, created_at, expires_at";

    private final Writer writer;
    private final ReadPool reads;
    private final SecureRandom random = new SecureRandom();

    SqliteTokens(Writer writer, ReadPool reads) {
        this.writer = writer;
        this.reads = reads;
    }

    @Override
    public boolean add(
            String sha256, Principal principal, Instant createdAt, Optional<Instant> expiresAt)
            throws StoreException {
        return writer.transact(
                session -> {
                    PreparedStatement insert =
                            session.prepare(
                                    "INSERT INTO tokens (sha256, "
                                            + COLUMNS
                                            + ") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
                    insert.setString(1, sha256);
                    insert.setString(2, principal.name());
                    insert.setString(3, principal.role().name());
                    insert.setString(4, principal.namespace().map(Namespace::name).orElse(null));
                    insert.setLong(5, Values.ofInstant(createdAt));
                    insert.setObject(6, expiresAt.map(Values::ofInstant).orElse(null));
                    return insert.executeUpdate() == 1;
                });
    }

    @Override
    public Optional<Principal> find(String sha256, Instant now) throws StoreException {
        return reads.read(
                session -> {
                    PreparedStatement select =
                            session.prepare(
                                    "SELECT "
                                            + COLUMNS
                                            + " FROM tokens WHERE sha256 = ?"
                                            + " AND (expires_at IS NULL OR expires_at > ?)");
                    select.setString(1, sha256);
                    select.setLong(2, Values.ofInstant(now));
                    try (ResultSet row = select.executeQuery()) {
                        return row.next() ? Optional.of(entry(row).principal()) : Optional.empty();
                    }
                });
    }

    @Override
    public List<Entry> list() throws StoreException {
        return reads.read(
                session -> {
                    List<Entry> entries = new ArrayList<>();
                    try (ResultSet row =
                            session.prepare("SELECT " + COLUMNS + " FROM tokens ORDER BY name")
                                    .executeQuery()) {
                        while (row.next()) {
                            entries.add(entry(row));
                        }
                    }
                    return entries;
                });
    }

    @Override
    public boolean revoke(String name) throws StoreException {
        return writer.transact(
                session -> {
                    PreparedStatement delete =
                            session.prepare("DELETE FROM tokens WHERE name = ?");
                    delete.setString(1, name);
                    return delete.executeUpdate() == 1;
                });
    }

    @Override
    public byte[] secret(String name) throws StoreException {
        Optional<byte[]> known = reads.read(session -> findSecret(session, name));
        return known.isPresent()
                ? known.get()
                : writer.transact(session -> makeSecret(session, name));
    }

    /** Makes the secret unless somebody was faster. */
    private byte[] makeSecret(Session session, String name) throws SQLException {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        PreparedStatement insert =
                session.prepare(
                        "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING");
        insert.setString(1, name);
        insert.setBytes(2, secret);
        insert.executeUpdate();
        return findSecret(session, name).orElse(secret);
    }

    private static Optional<byte[]> findSecret(Session session, String name) throws SQLException {
        PreparedStatement select = session.prepare("SELECT value FROM secrets WHERE name = ?");
        select.setString(1, name);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
        }
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
