package dev.orrery.cli.client;

import dev.orrery.cli.text.TerminalText;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The tries of one request at the servers of a cluster: which failure is the last word, and how
 * long to pause before the next try.
 *
 * <p>The servers are asked in turn, with a pause after each round of all of them. A refusal is the
 * last word, but for 429, after which the same server is asked again, and 502, 503 and 504, which
 * say that this server has no leader to ask just now. A request that must not be sent twice is
 * repeated only while it is certain that no server has taken it.
 */
final class Tries {

    private final Retrying retrying;
    private final boolean mayRepeat;
    private final Backoff backoff = new Backoff();
    private final Set<URI> distrusted = new HashSet<>();
    private OptionalLong firstFailureNanos = OptionalLong.empty();
    private int failedInRound;
    private boolean doubtful;

    Tries(Retrying retrying, boolean mayRepeat) {
        this.retrying = retrying;
        this.mayRepeat = mayRepeat;
    }

    /** Takes a refusal: throws it when it is the last word, else pauses as long as is needed. */
    Next refused(URI server, ApiException refusal, List<URI> servers) {
        if (refusal.status() == 429) {
            Duration pause = refusal.retryAfter().orElseGet(backoff::grow);
            if (pause.compareTo(left()) > 0) {
                throw refusal;
            }
            note(server, reasonOf(refusal));
            backoff.rest(pause);
            return Next.SAME;
        }
        if (!isTemporary(refusal.status())) {
            throw doubtful ? refusal.afterDoubt() : refusal;
        }
        if (!mayRepeat) {
            throw UnreachableException.uncertain(reasonOf(refusal), refusal);
        }
        doubtful = true;
        if (isOver(servers)) {
            throw refusal;
        }
        return failed(server, reasonOf(refusal), servers);
    }

    /** Takes a broken connection: throws when it is the last word, else pauses likewise. */
    Next broken(URI server, IOException fault, List<URI> servers) {
        String reason = TerminalText.clean(reasonOf(fault));
        boolean distrust =
                fault instanceof SSLHandshakeException
                        || fault instanceof SSLPeerUnverifiedException;
        if (distrust) {
            distrusted.add(server);
        } else if (!isUnsent(fault)) {
            if (!mayRepeat) {
                throw UnreachableException.uncertain(reason, fault);
            }
            doubtful = true;
        }
        if (distrusted.containsAll(servers) || isOver(servers)) {
            String all = String.join(", ", servers.stream().map(URI::toString).toList());
            throw new UnreachableException("no server answers at " + all + ": " + reason, fault);
        }
        return failed(server, reason, servers);
    }

    /** Takes an answer that ended early: throws when it is the last word, else pauses likewise. */
    void brokenOff(WholeAnswer.BrokenOff fault) {
        if (left().isZero()) {
            throw new UnreachableException(
                    "the answer broke off: " + TerminalText.clean(reasonOf(fault)), fault);
        }
        retrying.note().accept("an answer broke off; asking again");
        backoff.rest();
    }

    /** Takes a request that was not carried out after all: throws or pauses likewise. */
    void doubted(UnreachableException fault) {
        if (left().isZero()) {
            throw fault;
        }
        retrying.note().accept("it was not done; asking again");
        backoff.rest();
    }

    /** Where the next try goes. */
    enum Next {
        SAME,
        OTHER
    }

    private Next failed(URI server, String reason, List<URI> servers) {
        note(server, reason);
        failedInRound++;
        if (failedInRound >= servers.size()) {
            failedInRound = 0;
            Duration pause = backoff.grow();
            backoff.rest(pause.compareTo(left()) < 0 ? pause : left());
        }
        return Next.OTHER;
    }

    private void note(URI server, String reason) {
        retrying.note().accept(server + ": " + reason + "; trying on");
    }

    /** Every round is finished, so that each server is asked once at least. */
    private boolean isOver(List<URI> servers) {
        return left().isZero() && failedInRound + 1 >= servers.size();
    }

    private Duration left() {
        long now = System.nanoTime();
        firstFailureNanos = OptionalLong.of(firstFailureNanos.orElse(now));
        Duration left = retrying.limit().minusNanos(now - firstFailureNanos.getAsLong());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static boolean isTemporary(int status) {
        return status == 502 || status == 503 || status == 504;
    }

    /** Whether nothing was sent. */
    private static boolean isUnsent(IOException e) {
        return e instanceof ConnectException
                || e instanceof NoRouteToHostException
                || e instanceof UnknownHostException
                || "Connect timed out".equals(e.getMessage());
    }

    private static String reasonOf(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
