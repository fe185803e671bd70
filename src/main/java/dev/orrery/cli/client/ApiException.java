package dev.orrery.cli.client;

import com.fasterxml.jackson.databind.JsonNode;

import dev.orrery.cli.CommandException;
import dev.orrery.cli.ExitCode;
import dev.orrery.cli.text.TerminalText;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/** A refusal of the server, as its problem document tells it. */
public final class ApiException extends CommandException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable Duration retryAfter;
    private final boolean mayBeDone;

    /** A refusal with the status and the problem document of the answer. */
    public ApiException(int status, JsonNode problem, Optional<Duration> retryAfter) {
        this(status, messageOf(status, problem), retryAfter.orElse(null), false);
    }

    private ApiException(
            int status, String message, @Nullable Duration retryAfter, boolean mayBeDone) {
        super(exitCodeOf(status), message);
        this.status = status;
        this.retryAfter = retryAfter;
        this.mayBeDone = mayBeDone;
    }

    /** The same about a request that an earlier server may have carried out. */
    ApiException afterDoubt() {
        return new ApiException(status, String.valueOf(getMessage()), retryAfter, true);
    }

    /** When the server may be asked again, where it says so. */
    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether an earlier try got no answer, so that this refusal may be of a repetition. */
    public boolean mayBeDone() {
        return mayBeDone;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    private static String plain(int status) {
        return status == 401
                ? "the token is missing or not known; see --token-file"
                : "the server answered " + status;
    }

    private static int exitCodeOf(int status) {
        return switch (status) {
            case 401, 403 -> ExitCode.NOT_ALLOWED;
            case 502, 503, 504 -> ExitCode.UNAVAILABLE;
            default -> ExitCode.FAILED;
        };
    }

    private static String messageOf(int status, JsonNode problem) {
        StringBuilder message = new StringBuilder();
        Json.text(problem, "field").ifPresent(field -> message.append(field).append(": "));
        message.append(
                Json.text(problem, "detail")
                        .or(() -> Json.text(problem, "title"))
                        .orElseGet(() -> plain(status)));
        Json.text(problem, "remedy").ifPresent(remedy -> message.append("; ").append(remedy));
        Json.text(problem, "code").ifPresent(code -> message.append(" [").append(code).append("]"));
        return TerminalText.clean(message.toString());
    }
}
