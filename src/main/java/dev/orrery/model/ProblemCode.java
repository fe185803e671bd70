package dev.orrery.model;

/** The catalogue of problems. Numbers and names are API and never change; texts may. */
public enum ProblemCode {
    /** The body is not the JSON or multipart it claims to be. */
    MALFORMED_BODY(1001, 400, "The request body is malformed"),
    /** A field that the contract does not know. */
    UNKNOWN_FIELD(1002, 400, "Unknown field"),
    /** A field that must be there is not. */
    MISSING_FIELD(1003, 400, "Missing field"),
    /** A field of another type than the contract's. */
    WRONG_TYPE(1004, 400, "Wrong type"),
    /** A field outside its range or grammar. */
    INVALID_VALUE(1005, 400, "Invalid value"),
    /** A deadline that has passed. */
    DEADLINE_EXPIRED(1006, 400, "The deadline has passed"),
    /** More than any worker may ever offer. */
    IMPOSSIBLE_RESOURCES(1007, 400, "Impossible resources"),
    /** A file name that is a path, or otherwise unusable. */
    INVALID_FILE_NAME(1008, 400, "Invalid file name"),
    /** The server closed a request that took too long. */
    REQUEST_TIMEOUT(1009, 408, "The request took too long"),
    /** No token, or one that is not known. */
    UNAUTHENTICATED(1101, 401, "Authentication is needed"),
    /** A token whose role does not allow this. */
    FORBIDDEN(1102, 403, "Not allowed"),
    /** A Host header outside the allow-list. */
    HOST_REFUSED(1103, 421, "Host not served here"),
    /** An Origin header outside the allow-list. */
    ORIGIN_REFUSED(1104, 403, "Origin not allowed"),
    /** No such thing, or not yours to see. */
    NOT_FOUND(1201, 404, "Not found"),
    /** The method is not offered on this path. */
    METHOD_NOT_ALLOWED(1202, 405, "Method not allowed"),
    /** The state of the thing does not allow this. */
    CONFLICT(1203, 409, "The state does not allow this"),
    /** A report of an attempt that is not the current one. */
    STALE_ATTEMPT(1204, 409, "The attempt is not current"),
    /** The bytes are gone or damaged. */
    CONTENT_GONE(1205, 410, "The content is gone"),
    /** Larger than the limit. */
    TOO_LARGE(1206, 413, "Too large"),
    /** A content type that the contract does not name. */
    UNSUPPORTED_MEDIA_TYPE(1207, 415, "Unsupported media type"),
    /** The range asked for is not in the content. */
    RANGE_REFUSED(1208, 416, "Range not satisfiable"),
    /** The idempotency key was used with another body. */
    IDEMPOTENCY_MISMATCH(1209, 422, "Idempotency key used with another body"),
    /** The queue or a rate is at its cap. */
    TOO_MANY(1301, 429, "Too many"),
    /** A bug of ours. */
    INTERNAL(1501, 500, "Internal error"),
    /** No leader answers. */
    UNAVAILABLE(1503, 503, "Not available now"),
    /** The disk is full. */
    STORE_FULL(1507, 507, "The store is full");

    private final int number;
    private final int httpStatus;
    private final String title;

    ProblemCode(int number, int httpStatus, String title) {
        this.number = number;
        this.httpStatus = httpStatus;
        this.title = title;
    }

    /** The stable number. */
    public int number() {
        return number;
    }

    /** The HTTP status that carries it. */
    public int httpStatus() {
        return httpStatus;
    }

    /** The same sentence for every occurrence. */
    public String title() {
        return title;
    }

    /** The stable name in lower case with dashes, such as {@code unknown-field}. */
    public String slug() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
