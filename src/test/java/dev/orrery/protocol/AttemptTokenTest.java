package dev.orrery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orrery.model.AttemptId;
import dev.orrery.model.JobId;
import dev.orrery.model.Namespace;
import dev.orrery.model.TaskRange;
import dev.orrery.model.WorkerId;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

/** The token of an attempt opens only what it was minted for. */
final class AttemptTokenTest {
    private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);
    private static final AttemptToken.Claims CLAIMS =
            new AttemptToken.Claims(
                    new Namespace("team"),
                    new AttemptId(
                            new TaskRange(
                                    JobId.parse("019a0000-0000-7000-8000-000000000001"), 3, 7),
                            2),
                    new WorkerId("w-1"),
                    42);

    @Test
    void mintedToken_givesItsClaimsBack() {
        String token = AttemptToken.mint(CLAIMS, KEY);

        assertThat(AttemptToken.verify(token, KEY)).contains(CLAIMS);
        assertThat(token).matches("[A-Za-z0-9._-]+");
    }

    @Test
    void otherKey_isRefused() {
        String token = AttemptToken.mint(CLAIMS, KEY);

        assertThat(AttemptToken.verify(token, "other".getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void anyChangedLetter_isRefused() {
        String token = AttemptToken.mint(CLAIMS, KEY);

        for (int i = 0; i < token.length() - 1; i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            String changed = token.substring(0, i) + other + token.substring(i + 1);
            assertThat(AttemptToken.verify(changed, KEY)).as(changed).isEmpty();
        }
        assertThat(AttemptToken.verify("", KEY)).isEmpty();
        assertThat(AttemptToken.verify("oat1.", KEY)).isEmpty();
        assertThat(AttemptToken.verify("oat1.x.y", KEY)).isEmpty();
    }
}
