package dev.orrery.api;

/** Who may use a route. */
public enum Access {
    /** Everybody, without a token. */
    OPEN,
    /** Whoever passes the check that the route makes by itself. */
    OWN,
    /** Any bearer of a token; without one, a {@link Guest} too. */
    GUEST_VIEWER,
    /** A submitter; without a token, a {@link Guest} too. */
    GUEST_SUBMITTER,
    /** Any bearer of a token. */
    VIEWER,
    /** Who may submit, cancel and retry. */
    SUBMITTER,
    /** Who may do everything. */
    ADMIN
}
